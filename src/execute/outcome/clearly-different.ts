/** Two results in, whether they are clearly different: beyond what rounding of floats could explain. */
import { clearlyDifferentEffects } from '../../call/effects/clearly-different-effects.ts'
import type { ObservedResult } from '../../records/observed-result.ts'
import { clearlyDifferentText } from './clearly-different-text.ts'

/** What a loser must be. */
export const clearlyDifferent = (a: ObservedResult, b: ObservedResult): boolean =>
  a.exit !== b.exit ||
  clearlyDifferentText(a.stdout, b.stdout) ||
  clearlyDifferentEffects(a.effects, b.effects)
