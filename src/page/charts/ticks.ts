/** A range of numbers in, the round numbers that an axis shows out, and how numbers are written. Pure. */

const ROUND_STEPS = [1, 2, 2.5, 5, 10]

/**
 * Round numbers from at most `low` to at least `high`, about `count` of them.
 *
 * @example ticksOver(0.13, 0.97, 4) // [0, 0.25, 0.5, 0.75, 1]
 */
export function ticksOver(low: number, high: number, count: number): number[] {
  const rough = (high > low ? high - low : Math.abs(high) || 1) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ROUND_STEPS.find((round) => round * power >= rough * (1 - 1e-9))!
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  // By multiplication: a sum of steps would drift, and show 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** Short enough for an axis: 12000 as 12k, 0.00002 as 2e-5. */
export function figureText(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e15 || (size > 0 && size < 1e-3)) return value.toExponential(2).replace(/\.?0+e\+?/, 'e')
  for (const [least, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const)
    if (size >= least) return `${Number((value / (unit === 'k' ? 1e3 : least)).toPrecision(3))}${unit}`
  return String(Number(value.toPrecision(4)))
}
