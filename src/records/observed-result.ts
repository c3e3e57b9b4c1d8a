/** What can be observed of a clean run, and all that "equal" and "different" are about. */
import type { RunOk } from './run-outcome.ts'

export type ObservedResult = Pick<RunOk, 'stdout' | 'exit' | 'effects'>

export const observedResult = ({ stdout, exit, effects }: ObservedResult): ObservedResult => ({
  stdout,
  exit,
  effects,
})

/** Byte for byte: what winners must be. */
export const sameResult = (a: ObservedResult, b: ObservedResult): boolean =>
  a.stdout === b.stdout && a.exit === b.exit && a.effects === b.effects
