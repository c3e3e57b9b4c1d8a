import { describe, expect, it } from 'vitest'
import { isClearGap, relativeGap } from '../../src/call/float-gap.ts'

describe('relativeGap', () => {
  it.each([
    [1, 1, 0],
    [0, -0, 0],
    [Number.NaN, Number.NaN, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0],
    [1, 2, 0.5],
    [-1, 1, 2],
    [Number.MAX_VALUE, -Number.MAX_VALUE, 2],
    [Number.NaN, 1, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, 1e300, Number.POSITIVE_INFINITY],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('of %d and %d is %d', (a, b, gap) => {
    expect(relativeGap(a, b)).toBe(gap)
    expect(relativeGap(b, a)).toBe(gap)
  })
})

describe('isClearGap', () => {
  it.each([
    ['the rounding of a sum', 0.1 + 0.2, 0.3, false],
    ['rounding around zero', 0.1 + 0.2 - 0.3, 0, false],
    ['another libm', 1e10, 1e10 + 1, false],
    ['small numbers that differ', 0.00002, 0.00001, true],
    ['the sixth digit', 1.00001, 1, true],
  ])('%s', (_, a, b, clear) => {
    expect(isClearGap(a, b)).toBe(clear)
  })
})
