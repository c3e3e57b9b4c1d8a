import { describe, expect, it } from 'vitest'
import { createTally } from '../../src/audit/tally.ts'

const quantiles = (values: Iterable<number>) => {
  const tally = createTally()
  for (const value of values) tally.add(value)
  return tally.quantiles()
}

describe('createTally', () => {
  it('gives exact quantiles in any order of values', () => {
    const values = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1)
    expect(quantiles(values)).toEqual({ n: 100, p5: 5, p25: 25, p50: 50, p75: 75, p95: 95, mean: 50.5 })
  })

  it('counts repeated and negative values', () => {
    expect(quantiles([-3, 0, 0, 0])).toEqual({ n: 4, p5: -3, p25: -3, p50: 0, p75: 0, p95: 0, mean: -0.75 })
  })

  it('has none for no values', () => {
    expect(quantiles([])).toBeUndefined()
  })
})
