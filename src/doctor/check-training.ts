/**
 * The parts that training alone needs. They are looked for, not loaded, because loading takes seconds and starts
 * CUDA; the tensor engine alone is loaded, by a process of its own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../base/package-root.ts'
import { findExecutable } from '../toolchain/find-executable.ts'
import { trainerPath } from '../train/tensor-engine/addon.ts'
import { probe } from './ask-version.ts'
import type { PartStatus } from './part.ts'

const TORCH_QUESTION = `
import importlib.metadata, importlib.util, pathlib
spec = importlib.util.find_spec("torch")
if spec: print(pathlib.Path(spec.origin).parent, importlib.metadata.version("torch"))
`

/** Finds the PyTorch of the Python on `PATH`. */
async function checkTorch(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const python = findExecutable(['python3'], env)
  if (python === undefined) return { status: 'missing' }
  const { stdout, failure } = await probe(python, ['-c', TORCH_QUESTION], env)
  if (failure !== undefined) return { status: 'broken', found: python, problem: failure }
  const [, found, version] = /^(.*) (\S+)$/.exec(stdout.trim()) ?? []
  return found === undefined || version === undefined
    ? { status: 'missing' }
    : { status: 'ok', found, version }
}

/** Loads the tensor engine and asks for the libtorch that it has found. */
export async function checkTrainer(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const found = trainerPath(env)
  if (!existsSync(found)) return { status: 'missing' }
  const question =
    'const { builtFor, torchVersion } = require(process.argv[1]); [builtFor, torchVersion].join(" ")'
  const { stdout, failure } = await probe(process.execPath, ['-p', question, found], env)
  if (failure !== undefined) return { status: 'broken', found, problem: failure }
  const [builtFor, torchVersion] = stdout.trim().split(' ')
  return builtFor !== undefined && builtFor === torchVersion
    ? { status: 'ok', found, version: `for libtorch ${builtFor}` }
    : { status: 'broken', found, problem: `built for libtorch ${builtFor}, found ${torchVersion}` }
}

/** Finds libtorch where `LIBTORCH` or `TORCH_DIR` says, else inside PyTorch, else where the set-up puts it. */
export async function checkLibtorch(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const named = env.LIBTORCH ?? env.TORCH_DIR
  if (named !== undefined) {
    const found = join(named, 'lib/libtorch_cpu.so')
    if (!existsSync(found)) return { status: 'broken', found: named, problem: `LIBTORCH has no ${found}` }
    return { status: 'ok', found: named, version: readBuildVersion(named) }
  }
  const torch = await checkTorch(env)
  if (torch.status !== 'ok') return findOwnLibtorch()
  const problem = 'this PyTorch comes without lib/libtorch_cpu.so'
  return existsSync(join(torch.found, 'lib/libtorch_cpu.so'))
    ? torch
    : { status: 'broken', found: torch.found, problem }
}

function findOwnLibtorch(): PartStatus {
  const libraries = join(PACKAGE_ROOT, '.tools/torch/lib')
  if (!existsSync(libraries)) return { status: 'missing' }
  const found = readdirSync(libraries)
    .map((python) => join(libraries, python, 'site-packages/torch'))
    .find((folder) => existsSync(join(folder, 'lib/libtorch_cpu.so')))
  if (found === undefined) return { status: 'missing' }
  const version = /__version__ = '(.*)'/.exec(readFileSync(join(found, 'version.py'), 'utf8'))?.[1]
  return { status: 'ok', found, version: version ?? 'unnamed' }
}

/** Both the archive and the Python package of libtorch may carry the version in a file of their own. */
function readBuildVersion(folder: string): string {
  const path = join(folder, 'build-version')
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : 'unnamed'
}

/** Asks NVIDIA's driver for its GPUs. */
export async function checkGpu(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const found = findExecutable(['nvidia-smi'], env)
  if (found === undefined) return { status: 'missing' }
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader']
  const { stdout, failure } = await probe(found, query, env)
  if (failure !== undefined) return { status: 'broken', found, problem: failure }
  const gpus = stdout.trim().split('\n').filter(Boolean)
  return gpus.length === 0 ? { status: 'missing' } : { status: 'ok', found, version: gpus.join('; ') }
}
