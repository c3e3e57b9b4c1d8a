import { EngineError } from '../tensor-engine/tensor-engine.ts'

/** Whether work ended because the signal was raised, here or within the engine. */
export function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted) return false
  return error === signal.reason || (error instanceof EngineError && error.code === 'aborted')
}
