import { floatBits, floatValue } from '../call/bits.ts'
import type { FloatFormat } from '../call/call-plan.ts'

/**
 * The float of a format beside a number; long double as if it were double.
 *
 * @example nextFloat(1, 'f64', 1) // 1.0000000000000002
 */
export function nextFloat(value: number, format: FloatFormat, direction: 1 | -1): number {
  const narrow = format === 'f32' ? 'f32' : 'f64'
  const hex = floatBits(value, narrow)
  const start = floatValue(hex, narrow)
  if (!Number.isFinite(start)) return start
  if (start === 0) return direction * (narrow === 'f32' ? 2 ** -149 : 5e-324)
  const away = start > 0 === direction > 0 ? 1n : -1n
  return floatValue((BigInt(`0x${hex}`) + away).toString(16).padStart(hex.length, '0'), narrow)
}
