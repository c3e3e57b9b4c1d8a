/** Two results in, whether they are the same or clearly not; between the two lies what floats may do. */
import { clearlyDifferentEffects } from '../call/clearly-different-effects.ts'
import type { RunOk } from '../records/run-outcome.ts'
import { clearlyDifferentText } from './clearly-different-text.ts'

/** The observable part of a run, as it is stored. */
export type Result = Pick<RunOk, 'stdout' | 'exit' | 'effects'>

export const resultOf = ({ stdout, exit, effects }: Result): Result => ({ stdout, exit, effects })

/** Byte for byte: what winners must be. */
export const sameResult = (a: Result, b: Result): boolean =>
  a.stdout === b.stdout && a.exit === b.exit && a.effects === b.effects

/** Different beyond what rounding could explain: what a loser must be. */
export const clearlyDifferent = (a: Result, b: Result): boolean =>
  a.exit !== b.exit ||
  clearlyDifferentText(a.stdout, b.stdout) ||
  clearlyDifferentEffects(a.effects, b.effects)
