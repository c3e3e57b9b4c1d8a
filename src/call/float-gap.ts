/**
 * When two floating-point results count as different behaviour. Winners must agree in every bit; a loser must
 * differ by more than a reordered sum or another libm could explain.
 */

/** A relative gap above this is a clear difference. */
export const CLEAR_GAP = 1e-6

/** Below this magnitude the gap is taken relative to it: 5e-17 against 0 is rounding, not behaviour. */
const SMALLEST_SCALE = 1e-3

/**
 * The distance of two numbers relative to the larger: 0 for equal numbers, for 0 and -0, and for two NaNs;
 * Infinity when only one is NaN, or when infinities differ.
 *
 * @example
 * relativeGap(1, 1.5) // 0.333...
 */
export function relativeGap(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY
  const scale = Math.max(Math.abs(a), Math.abs(b), SMALLEST_SCALE)
  // Divided first: the difference of two huge doubles of opposite sign would overflow.
  return Math.abs(a / scale - b / scale)
}

/** True when two numbers differ by more than {@link CLEAR_GAP}. */
export function isClearGap(a: number, b: number): boolean {
  return relativeGap(a, b) > CLEAR_GAP
}
