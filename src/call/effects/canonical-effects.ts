/** Effects of a call in, a text out that is the same byte for byte exactly when the effects are the same. */
import type { CallEffects } from '../../records/call-effects.ts'

/**
 * JSON with keys in the order in which memory lies, which does not depend on addresses.
 *
 * @example
 * canonicalEffects(effects) // '{"return":"-3","memory":{"*count":"1"}}'
 */
export function canonicalEffects(effects: CallEffects): string {
  const { return: returned, exited, memory, allocated } = effects
  return JSON.stringify({ return: returned, exited, memory, allocated })
}
