/** The values of a type at which code most often changes its mind. */

/** @example integerBoundaries(8, true) // [0n, 1n, -1n, 2n, 127n, 126n, -128n, -127n, ...] */
export function integerBoundaries(bits: number, signed: boolean): bigint[] {
  const top = 1n << BigInt(bits - (signed ? 1 : 0))
  const values = signed
    ? [0n, 1n, -1n, 2n, top - 1n, -top, top - 2n, 1n - top]
    : [0n, 1n, 2n, top - 1n, top - 2n, top >> 1n]
  // Where narrower types end.
  for (const width of [7n, 8n, 15n, 16n, 31n, 32n, 63n])
    if (width < bits) values.push((1n << width) - 1n, 1n << width, ...(signed ? [-(1n << width)] : []))
  return [...new Set(values.filter((value) => value < top && value >= (signed ? -top : 0n)))]
}

const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e15,
  -1e15,
]
const DOUBLES = [
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
  1.1e-308,
  Number.MAX_VALUE,
  Number.EPSILON,
  2 ** 53,
]
const SINGLES = [2 ** -149, -(2 ** -149), 2 ** -126, 2 ** -130, 3.4028234663852886e38, 2 ** -23, 2 ** 24]

export const floatBoundaries = (format: 'f32' | 'f64' | 'x87'): readonly number[] => [
  ...FLOATS,
  ...(format === 'f32' ? SINGLES : DOUBLES),
]
