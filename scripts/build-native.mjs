/**
 * native/ built by CMake into native/build, when the sources or the compiler that they are linked with differ from
 * those of the last build that succeeded. What is built stays inside the checkout or the installed package.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runStep } from './setup/run-step.mjs'
import { LLVM } from './setup/system-packages.mjs'

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 */
export function buildNative(root, env, report) {
  const source = join(root, 'native')
  const build = join(source, 'build')
  const stampPath = join(build, 'gepo-sources')
  const llvm = describeLlvm(env)
  // The tensor engine has a build of its own.
  const stamp = `${hashSources(source, 'trainer')} ${root}\n${llvm}\n`
  const lastStamp = existsSync(stampPath) ? readFileSync(stampPath, 'utf8') : ''
  if (lastStamp === stamp) return
  report('native parts: building')
  // CMake refuses a build folder that was configured under another path, and does not see that LLVM has changed.
  const lastLlvm = lastStamp.split('\n')[1] || llvm
  if (configuredFor(build) !== source || lastLlvm !== llvm) rmSync(build, { recursive: true, force: true })
  const failure = 'The native parts could not be built: the compiler’s own words are above.'
  const configure = ['-S', source, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release']
  for (const line of leftOut(runStep('cmake', configure, { env, failure }))) report(line)
  runStep('cmake', ['--build', build], { env, failure })
  writeFileSync(stampPath, stamp)
}

/**
 * @param {string} output of CMake
 * @returns {string[]} its sentences on the parts that cannot be built here
 */
export function leftOut(output) {
  return [...output.matchAll(/^-- (\S+: left out, .*)$/gm)].map(([, sentence]) => sentence ?? '')
}

/**
 * What decides, apart from the sources, whether the parts that are linked with LLVM are built, and with which.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function describeLlvm(env) {
  const { stdout } = spawnSync(`${LLVM}/bin/clang`, ['--version'], { env, encoding: 'utf8' })
  const isWhole =
    existsSync(`${LLVM}/lib/cmake/llvm/LLVMConfig.cmake`) && existsSync(`${LLVM}/lib/libclang-cpp.so`)
  return `${stdout?.split('\n', 1)[0] || 'no clang'}${isWhole ? '' : ', no development files'}`
}

/**
 * @param {string} folder
 * @param {string} [apart] a folder directly below that is left out
 * @returns {string} a hash over the names and contents of all files below, build folders left out
 */
export function hashSources(folder, apart) {
  const hash = createHash('sha256')
  for (const path of listFiles(folder)) {
    if (apart !== undefined && path.startsWith(join(folder, apart, '/'))) continue
    const content = readFileSync(path)
    hash.update(`${relative(folder, path)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @returns {string[]} sorted
 */
function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'build')
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? listFiles(path) : [path]
    })
    .sort()
}

/** @param {string} build */
export function configuredFor(build) {
  const cache = join(build, 'CMakeCache.txt')
  if (!existsSync(cache)) return undefined
  return /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1]
}
