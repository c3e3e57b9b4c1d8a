/**
 * native/ built by CMake into native/build, when the sources differ from those of the last build that succeeded.
 * What is built stays inside the checkout or the installed package.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runStep } from './setup/run-step.mjs'

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 */
export function buildNative(root, env, report) {
  const source = join(root, 'native')
  const build = join(source, 'build')
  const stampPath = join(build, 'gepo-sources')
  const stamp = `${hashSources(source)} ${root}\n`
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return
  report('native parts: building')
  // CMake refuses a build folder that was configured under another path.
  if (configuredFor(build) !== source) rmSync(build, { recursive: true, force: true })
  const failure = 'The native parts could not be built: the compiler’s own words are above.'
  runStep('cmake', ['-S', source, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'], { env, failure })
  runStep('cmake', ['--build', build], { env, failure })
  writeFileSync(stampPath, stamp)
}

/**
 * @param {string} folder
 * @returns {string} a hash over the names and contents of all files below, build folders left out
 */
function hashSources(folder) {
  const hash = createHash('sha256')
  for (const path of listFiles(folder)) {
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
function configuredFor(build) {
  const cache = join(build, 'CMakeCache.txt')
  if (!existsSync(cache)) return undefined
  return /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1]
}
