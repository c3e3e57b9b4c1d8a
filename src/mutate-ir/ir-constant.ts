/** Constants as LLVM prints them in, their numbers out, and back. Only what has one exact decimal or double form. */

export const integerWidth = (type: string): number | undefined => {
  const width = /^i(\d+)$/.exec(type)?.[1]
  return width === undefined ? undefined : Number(width)
}

export const isFloatType = (type: string): boolean => type === 'double' || type === 'float'

/** Constants without a value of their own, alone or as a part of another one. */
export const isPoison = (text: string): boolean => /\b(?:undef|poison)\b/.test(text)

/** `-5` to -5n; undefined for what is no number. Of `i1`, `true` and `false` are none. */
export const parseIntegerConstant = (text: string): bigint | undefined =>
  /^-?\d+$/.test(text) ? BigInt(text) : undefined

/** LLVM prints integers with their sign. Undefined where that many bits cannot hold the value. */
export function formatIntegerConstant(value: bigint, width: number): string | undefined {
  return BigInt.asIntN(width, value) === value ? String(value) : undefined
}

/** `2.500000e+00` or `0x3FB999999999999A`, the bits of a double; a `float` is printed as the double of its value. */
export function parseFloatConstant(text: string): number | undefined {
  if (/^-?\d+\.\d+e[-+]\d+$/.test(text)) return Number(text)
  if (!/^0x[0-9A-F]{1,16}$/.test(text)) return undefined
  const bits = new DataView(new ArrayBuffer(8))
  bits.setBigUint64(0, BigInt(text))
  return bits.getFloat64(0)
}

/** Six decimals where they are exact, else the bits, as LLVM decides. */
export function formatFloatConstant(value: number, type: string): string {
  const rounded = type === 'float' ? Math.fround(value) : value
  const decimal = rounded.toExponential(6).replace(/e([-+])(\d)$/, 'e$10$2')
  if (Number.isFinite(rounded) && Number(decimal) === rounded)
    return Object.is(rounded, -0) ? `-${decimal}` : decimal
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, rounded)
  return `0x${bits.getBigUint64(0).toString(16).toUpperCase().padStart(16, '0')}`
}
