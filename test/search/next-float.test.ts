import { describe, expect, it } from 'vitest'
import { nextFloat } from '../../src/search/next-float.ts'

describe('nextFloat', () => {
  it.each([
    [1, 'f64', 1, 1.0000000000000002],
    [1, 'f64', -1, 0.9999999999999999],
    [-1, 'f64', 1, -0.9999999999999999],
    [0, 'f64', 1, 5e-324],
    [0, 'f32', -1, -(2 ** -149)],
    [1, 'f32', 1, 1 + 2 ** -23],
    [Number.POSITIVE_INFINITY, 'f64', 1, Number.POSITIVE_INFINITY],
  ] as const)('beside %s in %s towards %s lies %s', (value, format, direction, next) => {
    expect(nextFloat(value, format, direction)).toBe(next)
  })
})
