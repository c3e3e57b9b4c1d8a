/**
 * CUDA's compiler, for the tensor engine's kernels: the machine's own, or PyPI's below `.tools/nvcc`, which is installed
 * where there is a GPU. It is optional: without it the engine uses libtorch's operations instead.
 */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findBelow, makePythonEnvironment } from './libtorch.mjs'
import { SetupError } from './setup-error.mjs'

/** The release that goes with the libtorch that is installed, and with every other that is built for CUDA 13. */
const PACKAGES = ['nvidia-cuda-nvcc', 'nvidia-nvvm', 'nvidia-cuda-crt', 'nvidia-cuda-runtime'].map(
  (name) => `${name}==13.0.*`,
)
const OF_TOOLKIT = '/usr/local/cuda/bin'

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} its path
 */
export function findNvcc(root, env) {
  const folders = [...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), OF_TOOLKIT]
  const ofMachine = folders.map((folder) => join(folder, 'nvcc')).find((path) => existsSync(path))
  return ofMachine ?? findBelow(join(root, '.tools/nvcc'), 'nvidia/cu13', 'bin/nvcc')
}

/**
 * @param {string} root
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} report
 * @returns {string | undefined} its path
 */
export function ensureNvcc(root, libtorch, env, report) {
  const found = findNvcc(root, env)
  if (found !== undefined || !existsSync('/dev/nvidiactl') || cudaOf(libtorch) !== '13') return found
  report('nvcc: installing it into .tools/nvcc (0.3 GB), for the kernels on the GPU')
  try {
    makePythonEnvironment(join(root, '.tools/nvcc'), PACKAGES, env, report)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    report(`nvcc: left out, so that libtorch's operations take the place of the kernels. ${error.message}`)
  }
  return findNvcc(root, env)
}

/**
 * @param {import('./libtorch.mjs').Libtorch} libtorch
 * @returns {string | undefined} the first number of the CUDA release that it is built for
 */
function cudaOf({ folder }) {
  const path = join(folder, 'version.py')
  return existsSync(path) ? /^cuda\b.*?'(\d+)\.\d+'/m.exec(readFileSync(path, 'utf8'))?.[1] : undefined
}
