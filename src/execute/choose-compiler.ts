/**
 * Which engine of code runs: the fast one where all of it is there, else the reference engine. This module loads
 * neither, so that whoever only has to choose stays light.
 */
import { UserError } from '../base/user-error.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import { findFastEngine } from './find-fast-engine.ts'

export const COMPILERS = ['worker', 'spawn'] as const
/** `worker` compiles and runs in long-lived processes; `spawn` starts clang and an executable for each variant. */
export type Compiler = (typeof COMPILERS)[number]

/**
 * The program that the fast engine compiles with; undefined for the reference engine.
 *
 * @throws UserError when the fast engine is asked for and cannot work here
 */
export function compileWorkerFor(compiler: Compiler): string | undefined {
  if (compiler === 'spawn') return undefined
  const engine = fastEngine()
  if (engine.kind === 'ready') return engine.compileWorker
  const remedy = engine.remedy === undefined ? '' : `${engine.remedy}, or `
  throw new UserError(
    `--compiler worker cannot be used here: ${engine.reason}: ${remedy}give --compiler spawn.`,
  )
}

/** `worker` where all of it is there for the clang in use, else `spawn`: what comes out is the same. */
export function defaultCompiler(): Compiler {
  try {
    return fastEngine().kind === 'ready' ? 'worker' : 'spawn'
  } catch (error) {
    // Without a clang neither works: whoever starts to compile says so.
    if (error instanceof UserError) return 'spawn'
    throw error
  }
}

/** A sentence for people: which engine works, and why not the fast one. */
export function describeCompiler(compiler: Compiler): string {
  if (compiler === 'worker') return 'Compiler: worker (in long-lived processes).'
  const engine = fastEngine()
  const why =
    engine.kind === 'ready'
      ? 'as asked for; --compiler worker is faster'
      : `since --compiler worker cannot be used here: ${[engine.reason, engine.remedy].filter(Boolean).join(': ')}`
  return `Compiler: spawn (a process for each variant), ${why}.`
}

const fastEngine = () => findFastEngine(process.env, locateTools().clang)
