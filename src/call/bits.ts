/** Integers and floats to and from little-endian memory, down to bit-fields. */
import type { FloatFormat } from './call-plan.ts'

/** Reads `width` bits from bit `bitOffset` on. */
export function readBits(bytes: Uint8Array, bitOffset: number, width: number, signed: boolean): bigint {
  const first = Math.floor(bitOffset / 8)
  const last = Math.floor((bitOffset + width - 1) / 8)
  let raw = 0n
  for (let at = last; at >= first; at--) raw = (raw << 8n) | BigInt(bytes[at] ?? 0)
  raw >>= BigInt(bitOffset % 8)
  return signed ? BigInt.asIntN(width, raw) : BigInt.asUintN(width, raw)
}

/** Writes the low `width` bits of a value and leaves the bits around them alone. */
export function writeBits(bytes: Uint8Array, bitOffset: number, width: number, value: bigint): void {
  const raw = BigInt.asUintN(width, value)
  for (let done = 0; done < width; ) {
    const at = Math.floor((bitOffset + done) / 8)
    const shift = (bitOffset + done) % 8
    const part = Math.min(8 - shift, width - done)
    const mask = ((1 << part) - 1) << shift
    const bits = Number((raw >> BigInt(done)) & 0xffn) << shift
    bytes[at] = (bytes[at]! & ~mask) | (bits & mask)
    done += part
  }
}

/** Bytes of a float's format that carry its value. */
export const FLOAT_BYTES: Readonly<Record<FloatFormat, number>> = { f32: 4, f64: 8, x87: 10 }

/** The bits of a number in a format, as hex digits, most significant first. */
export function floatBits(value: number, format: FloatFormat): string {
  const view = new DataView(new ArrayBuffer(8))
  if (format === 'f32') {
    view.setFloat32(0, value)
    return view.getUint32(0).toString(16).padStart(8, '0')
  }
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  return format === 'f64'
    ? bits.toString(16).padStart(16, '0')
    : extendedBits(bits).toString(16).padStart(20, '0')
}

/** The number that bits stand for, rounded to a double for long double. */
export function floatValue(hex: string, format: FloatFormat): number {
  const view = new DataView(new ArrayBuffer(8))
  if (format === 'f32') {
    view.setUint32(0, Number.parseInt(hex, 16))
    return view.getFloat32(0)
  }
  const bits = BigInt(`0x${hex}`)
  if (format === 'f64') {
    view.setBigUint64(0, bits)
    return view.getFloat64(0)
  }
  const sign = bits >> 79n ? -1 : 1
  const exponent = Number((bits >> 64n) & 0x7fffn)
  const mantissa = bits & 0xffff_ffff_ffff_ffffn
  if (exponent === 0x7fff) return mantissa << 1n === 1n << 64n ? sign * Number.POSITIVE_INFINITY : Number.NaN
  // Two steps: the scale alone can be out of a double's range when the product is not.
  const scale = exponent - 16383 - 63
  const half = Math.trunc(scale / 2)
  return sign * Number(mantissa) * 2 ** half * 2 ** (scale - half)
}

/** A double's bits as the 80-bit format, whose leading mantissa bit is explicit. */
function extendedBits(bits: bigint): bigint {
  const sign = (bits >> 63n) << 79n
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xf_ffff_ffff_ffffn
  if (exponent === 0x7ffn) return sign | (0x7fffn << 64n) | (1n << 63n) | (fraction << 11n)
  if (exponent !== 0n) return sign | ((exponent + 15360n) << 64n) | (1n << 63n) | (fraction << 11n)
  if (fraction === 0n) return sign
  let mantissa = fraction << 11n
  let shifted = 15361n
  while (mantissa >> 63n === 0n) {
    mantissa <<= 1n
    shifted--
  }
  return sign | (shifted << 64n) | mantissa
}

/** The shortest decimal that reads back as the same number in the format (long double: as the same double). */
export function shortestDecimal(value: number, format: FloatFormat): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0'
  if (format !== 'f32') return String(value)
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Math.fround(Number(text)) === value) return text
  }
  return String(Number(value.toPrecision(9)))
}
