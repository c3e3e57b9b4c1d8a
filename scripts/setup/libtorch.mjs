/**
 * libtorch, on which the tensor engine is built: the one that the environment names, the one inside the system's
 * PyTorch, or one of the project's own below `.tools/torch`. Without a GPU only what the CPU needs is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runStep } from './run-step.mjs'
import { SetupError } from './setup-error.mjs'
import { installSystemPackages } from './system-packages.mjs'

/** The release that is installed; see isSupported for those that serve. */
const RELEASE = '2.13.0'
/** Headers that the engine's CUDA part is built with; this CUDA is the one that the release was built for. */
const CUDA_HEADERS = 'nvidia-cuda-crt==13.0.*'
/** Without a GPU these are all that libtorch_cpu is linked with; PyTorch's whole list is four times as large. */
const LEAN = [
  '--no-deps',
  `torch==${RELEASE}`,
  'nvidia-cuda-runtime==13.0.*',
  'nvidia-cuda-cupti==13.0.*',
  CUDA_HEADERS,
]
const WHOLE = [`torch==${RELEASE}`, CUDA_HEADERS]

/** For the answer to the question, which imports nothing. */
const PYTHON_PATIENCE_MS = 60_000
const QUESTION = `
import importlib.util, pathlib
spec = importlib.util.find_spec("torch")
if spec and spec.origin: print(pathlib.Path(spec.origin).parent)
`

/**
 * @typedef {{ folder: string, version: string }} Libtorch with `include/` and `lib/` below the folder
 */

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env `LIBTORCH` or `TORCH_DIR` name a folder
 * @returns {Libtorch | undefined}
 * @throws {SetupError} when the environment names a folder that does not serve
 */
export function findLibtorch(root, env) {
  const named = env.LIBTORCH ?? env.TORCH_DIR
  if (named !== undefined) {
    const found = inspect(named)
    if (found !== undefined) return found
    throw new SetupError(
      `LIBTORCH or TORCH_DIR names ${named}, which has no libtorch of 2.11 to 2.15 for development: name another or unset it.`,
    )
  }
  const ofSystem = torchOf('python3', env)
  return (ofSystem === undefined ? undefined : inspect(ofSystem)) ?? findOwn(root)
}

/**
 * The folder of a Python's PyTorch, whichever release that is; undefined where it has none.
 *
 * @param {string} python
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function torchOf(python, env) {
  const { status, stdout } = spawnSync(python, ['-c', QUESTION], {
    env,
    encoding: 'utf8',
    timeout: PYTHON_PATIENCE_MS,
  })
  return (status === 0 && stdout.trim()) || undefined
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 * @returns {Libtorch}
 * @throws {SetupError}
 */
export function ensureLibtorch(root, env, report) {
  const found = findLibtorch(root, env)
  if (found !== undefined) return found
  if (process.platform !== 'linux')
    throw new SetupError('libtorch is installed on Linux only: name one in LIBTORCH.')
  const packages = existsSync('/dev/nvidiactl') ? WHOLE : LEAN
  report(`libtorch ${RELEASE}: installing it into .tools/torch (${packages === LEAN ? '1.2' : '4.7'} GB)`)
  makePythonEnvironment(join(root, '.tools/torch'), packages, env, report)
  const installed = findOwn(root)
  if (installed !== undefined) return installed
  throw new SetupError(
    `pip installed torch ${RELEASE} without libtorch's headers and libraries: name another in LIBTORCH.`,
  )
}

/**
 * A virtual environment with these packages, which appears only when it is whole.
 *
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 */
export function makePythonEnvironment(folder, packages, env, report) {
  if (spawnSync('python3', ['-c', 'import ensurepip, venv'], { env }).status !== 0) {
    installSystemPackages(['python3-venv'], report)
  }
  const scratch = `${folder}.part`
  rmSync(scratch, { recursive: true, force: true })
  runStep('python3', ['-m', 'venv', scratch], {
    env,
    failure: 'python3 could not make a virtual environment.',
  })
  runStep(join(scratch, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--no-input', ...packages], {
    env,
    failure: `pip could not install ${packages.join(' ')}: check the network and the package index.`,
  })
  rmSync(folder, { recursive: true, force: true })
  renameSync(scratch, folder)
}

/**
 * @param {string} root
 * @returns {Libtorch | undefined}
 */
function findOwn(root) {
  const folder = findBelow(join(root, '.tools/torch'), 'torch')
  return folder === undefined ? undefined : inspect(folder)
}

/**
 * A path in the packages of a virtual environment, whichever Python it is of.
 *
 * @param {string} environment
 * @param {...string} parts
 * @returns {string | undefined} undefined where it is not there
 */
export function findBelow(environment, ...parts) {
  const libraries = join(environment, 'lib')
  if (!existsSync(libraries)) return undefined
  return readdirSync(libraries)
    .map((python) => join(libraries, python, 'site-packages', ...parts))
    .find((path) => existsSync(path))
}

/**
 * @param {string} folder
 * @returns {Libtorch | undefined}
 */
function inspect(folder) {
  const header = join(folder, 'include/torch/headeronly/version.h')
  if (!existsSync(header) || !existsSync(join(folder, 'lib/libtorch_cpu.so'))) return undefined
  const version = /"(\d+\.\d+\.\d+)"/.exec(readFileSync(header, 'utf8'))?.[1]
  return version !== undefined && isSupported(version) ? { folder, version } : undefined
}

/** @param {string} version */
function isSupported(version) {
  const [major, minor] = version.split('.').map(Number)
  return major === 2 && minor !== undefined && minor >= 11 && minor <= 15
}
