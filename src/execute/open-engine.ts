/** The one place that decides which engine runs. */
import { findCompileWorker } from '../compile/worker/find-compile-worker.ts'
import { UserError } from '../config/user-error.ts'
import { setupCommand } from '../toolchain/locate-tools.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { openSpawnEngine } from './spawn-engine.ts'
import { findUnitRunner } from './unit-runner/find-unit-runner.ts'
import { openWorkerEngine } from './worker-engine.ts'

export const COMPILERS = ['worker', 'spawn'] as const
/** `worker` compiles and runs in long-lived processes; `spawn` starts clang and an executable for each variant. */
export type Compiler = (typeof COMPILERS)[number]

/**
 * The program that the fast engine compiles with; undefined for the reference engine.
 *
 * @throws UserError when the fast engine is asked for and not built
 */
export function compileWorkerFor(compiler: Compiler): string | undefined {
  if (compiler === 'spawn') return undefined
  const worker = findCompileWorker(process.env)
  const isBuilt =
    worker !== undefined &&
    (['plain', 'asan', 'msan'] as const).every((build) => findUnitRunner(build, process.env))
  if (!isBuilt)
    throw new UserError(
      `The in-process compiler and its runners are not built: run \`${setupCommand()}\`, or give --compiler spawn.`,
    )
  return worker
}

export const openEngine = (options: EngineOptions): Promise<Engine> =>
  options.compileWorker === undefined
    ? openSpawnEngine(options)
    : openWorkerEngine({ ...options, compileWorker: options.compileWorker })
