/**
 * The tensor engine (native/trainer) built on libtorch, when its sources, libtorch or the place have changed.
 * It is optional: where it cannot be had, one line says why, everything else works, and only the command `setup`
 * tries again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { dirname, join } from 'node:path'
import { configuredFor, hashSources } from '../build-native.mjs'
import { ensureLibtorch, findLibtorch } from './libtorch.mjs'
import { ensureNvcc, findNvcc } from './nvcc.mjs'
import { runStep } from './run-step.mjs'
import { SetupError } from './setup-error.mjs'

/** What compiling one file takes at most. */
const BYTES_PER_JOB = 1e9

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 * @param {{ again: boolean }} options `again`: try also what failed before
 * @returns {boolean} whether it is there, and of today's sources
 */
export function buildTrainer(root, env, report, { again }) {
  const source = join(root, 'native/trainer')
  const sources = `${hashSources(source)} ${root}`
  const failed = join(root, '.tools/trainer-left-out')
  if (!again && existsSync(failed) && readFileSync(failed, 'utf8') === sources) return false
  try {
    const nvcc = findNvcc(root, env)
    if (!isBuilt(source, sources, findLibtorch(root, env), nvcc)) {
      const libtorch = ensureLibtorch(root, env, report)
      compile(source, sources, libtorch, ensureNvcc(root, libtorch, env, report), env, report)
    }
    rmSync(failed, { force: true })
    return true
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    const details = error.details === '' ? '' : `\n${error.details}`
    report(`tensor engine: left out, so that nothing can be trained here. ${error.message}${details}`)
    mkdirSync(dirname(failed), { recursive: true })
    writeFileSync(failed, sources)
    return false
  }
}

/**
 * @param {string} source
 * @param {string} sources
 * @param {import('./libtorch.mjs').Libtorch | undefined} libtorch
 * @param {string | undefined} nvcc
 */
function isBuilt(source, sources, libtorch, nvcc) {
  const stamp = stampPath(source)
  if (libtorch === undefined || !existsSync(stamp)) return false
  return readFileSync(stamp, 'utf8') === describe(sources, libtorch, nvcc)
}

/**
 * @param {string} source
 * @param {string} sources
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {string | undefined} nvcc
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 */
function compile(source, sources, libtorch, nvcc, env, report) {
  report(`tensor engine: building it for libtorch ${libtorch.version}`)
  const build = join(source, 'build')
  if (configuredFor(build) !== source) rmSync(build, { recursive: true, force: true })
  const failure = 'The tensor engine could not be built: the compiler’s own words are above.'
  const headers = join(dirname(dirname(env.NODE ?? process.execPath)), 'include/node')
  if (!existsSync(join(headers, 'node_api.h'))) {
    throw new SetupError(
      `The headers of this Node are missing (${headers}): use a Node that comes with them.`,
    )
  }
  const configure = ['-S', source, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release']
  const places = [`-DTORCH=${libtorch.folder}`, `-DNODE_HEADERS=${headers}`, `-DNVCC=${nvcc ?? ''}`]
  runStep('cmake', [...configure, ...places], { env, failure })
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)))
  runStep('cmake', ['--build', build, '--parallel', String(jobs)], { env, failure })
  writeFileSync(stampPath(source), describe(sources, libtorch, nvcc))
}

/** @param {string} source */
function stampPath(source) {
  return join(source, 'build/gepo-sources')
}

/**
 * @param {string} sources
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {string | undefined} nvcc
 */
function describe(sources, libtorch, nvcc) {
  return `${sources}\n${libtorch.version} ${libtorch.folder}\n${nvcc ?? 'no nvcc'}\n`
}
