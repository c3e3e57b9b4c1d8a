import { describe, expect, it } from 'vitest'
import { floatBits, floatValue, readBits, shortestDecimal, writeBits } from '../../src/call/bits.ts'
import { cCharacter, cString } from '../../src/call/c-string.ts'

describe('bits', () => {
  it.each([
    [0, 8, -3n, true],
    [3, 5, -16n, true],
    [7, 40, 0xabcdef0123n, false],
    [1, 1, 1n, false],
    [64, 128, -(1n << 100n), true],
  ])('at %d, %d wide: %d', (offset, width, value, signed) => {
    const bytes = new Uint8Array(32).fill(0xff)
    writeBits(bytes, offset, width, value)
    expect(readBits(bytes, offset, width, signed)).toBe(value)
    expect(readBits(bytes, 0, offset, false)).toBe((1n << BigInt(offset)) - 1n)
    expect(readBits(bytes, offset + width, 8, false)).toBe(255n)
  })
})

describe('floats', () => {
  it.each([
    0,
    -0,
    1,
    -1.5,
    0.1,
    1e300,
    5e-324,
    2.2250738585072014e-308,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('%d survives every format that can hold it', (value) => {
    expect(floatValue(floatBits(value, 'f64'), 'f64')).toBe(value)
    expect(floatValue(floatBits(value, 'x87'), 'x87')).toBe(value)
    expect(floatValue(floatBits(value, 'f32'), 'f32')).toBe(Math.fround(value))
  })

  it('keep NaN', () => {
    for (const format of ['f32', 'f64', 'x87'] as const)
      expect(floatValue(floatBits(Number.NaN, format), format)).toBeNaN()
  })

  it.each([
    [Math.fround(0.1), 'f32', '0.1'],
    [Math.fround(16777216), 'f32', '16777216'],
    [0.1, 'f64', '0.1'],
    [-0, 'f64', '-0'],
    [Number.NEGATIVE_INFINITY, 'f64', '-inf'],
  ] as const)('%d as %s is %s', (value, format, text) => {
    expect(shortestDecimal(value, format)).toBe(text)
  })
})

describe('cString', () => {
  it.each([
    [[], '""'],
    [[104, 105, 0], '"hi\\0"'],
    [[0, 49], '"\\0001"'],
    [[34, 92, 10, 200], '"\\"\\\\\\n\\310"'],
    [[63, null, 97], '"?\\?a"'],
  ])('%j is %s', (bytes, text) => {
    expect(cString(bytes)).toBe(text)
  })
})

describe('cCharacter', () => {
  it.each([
    [97, "'a'"],
    [39, "'\\''"],
    [10, '10'],
    [-1, '-1'],
  ])('%d is %s', (value, text) => {
    expect(cCharacter(value)).toBe(text)
  })
})
