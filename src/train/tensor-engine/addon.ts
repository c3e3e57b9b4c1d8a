/** The compiled engine (native/trainer), loaded once in a process: its operations by name, and its failures' kinds. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { setupCommand } from '../../toolchain/locate-tools.ts'
import { EngineError, type EngineErrorCode } from './tensor-engine.ts'

interface RawAddon {
  /** The release of libtorch that it was compiled for, and that of the one it has found. */
  readonly builtFor: string
  readonly torchVersion: string
  /** Returns whether there is a GPU. */
  start(threads: number): boolean
  /** `listener` is called with parts of the result before the promise is settled, and must not throw. */
  call(operation: string, id: number, argument: object, listener?: (part: unknown) => void): Promise<unknown>
  abort(id: number): void
}

/** Operations take plain values and typed arrays; native/trainer/bindings/operations.cpp has their fields. */
export interface Addon {
  readonly torchVersion: string
  start(threads: number): boolean
  call<Result>(
    operation: string,
    argument: object,
    signal?: AbortSignal,
    listener?: (part: unknown) => void,
  ): Promise<Result>
}

const CODES: ReadonlySet<string> = new Set<EngineErrorCode>([
  'aborted',
  'out-of-memory',
  'bad-input',
  'unsupported-model',
  'bad-checkpoint',
  'unavailable',
  'closed',
  'not-finite',
  'rank-lost',
])

/** Where the addon is: as `GEPO_TRAINER` says, else where the set-up builds it. */
export function trainerPath(env: NodeJS.ProcessEnv): string {
  return env.GEPO_TRAINER ?? join(PACKAGE_ROOT, 'native/trainer/build/trainer.node')
}

/** @throws EngineError of the kind `unavailable` */
export function loadAddon(env: NodeJS.ProcessEnv): Addon {
  const path = trainerPath(env)
  const again = `run \`${setupCommand()}\` to build it`
  if (!existsSync(path)) {
    throw new EngineError('unavailable', `The tensor engine is not built here (no ${path}): ${again}.`)
  }
  const raw = requireAddon(path, again)
  if (raw.builtFor !== raw.torchVersion) {
    throw new EngineError(
      'unavailable',
      `The tensor engine was built for libtorch ${raw.builtFor} and finds ${raw.torchVersion}: ${again} anew.`,
    )
  }
  return {
    torchVersion: raw.torchVersion,
    start: (threads) => raw.start(threads),
    call: (operation, argument, signal, listener) => callAddon(raw, operation, argument, signal, listener),
  }
}

function requireAddon(path: string, again: string): RawAddon {
  try {
    return createRequire(import.meta.url)(path)
  } catch (error) {
    throw new EngineError(
      'unavailable',
      `The tensor engine cannot be loaded (${messageOf(error)}): ${again} anew.`,
    )
  }
}

let lastId = 0

async function callAddon<Result>(
  raw: RawAddon,
  operation: string,
  argument: object,
  signal: AbortSignal | undefined,
  listener: ((part: unknown) => void) | undefined,
): Promise<Result> {
  if (signal?.aborted) throw new EngineError('aborted', 'Aborted.')
  const id = ++lastId
  const abort = () => raw.abort(id)
  signal?.addEventListener('abort', abort)
  try {
    return (await raw.call(operation, id, argument, listener)) as Result
  } catch (error) {
    throw toEngineError(error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** An expected failure by its code; anything else is a bug and stays a plain error. */
function toEngineError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return isEngineErrorCode(code) ? new EngineError(code, messageOf(error)) : error
}

export function isEngineErrorCode(code: unknown): code is EngineErrorCode {
  return typeof code === 'string' && CODES.has(code)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
