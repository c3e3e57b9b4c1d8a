import { describe, expect, it } from 'vitest'
import { learningRateAt } from '../../../src/train/run/learning-rate.ts'

const rates = (kind: 'cosine' | 'linear' | 'constant', steps = 14, warmupRatio = 0.25) =>
  Array.from({ length: steps }, (_, step) => learningRateAt(step, steps, 1, { kind, warmupRatio }))

describe('the learning rate', () => {
  it('rises in equal parts, never from nothing, and is at its peak after the warm-up', () => {
    // A quarter of 14 steps, rounded up, is 4.
    expect(rates('cosine').slice(0, 5)).toEqual([0.2, 0.4, 0.6, 0.8, 1])
  })

  it('falls along half a cosine to almost nothing', () => {
    const after = rates('cosine').slice(4)
    expect(after[5]).toBeCloseTo(0.5, 12)
    expect(after.at(-1)).toBeCloseTo(0.5 * (1 + Math.cos(0.9 * Math.PI)), 12)
  })

  it('falls along a line', () => {
    expect(
      rates('linear')
        .slice(4)
        .map((rate) => Number(rate.toFixed(6))),
    ).toEqual([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
  })

  it('stays', () => {
    expect(new Set(rates('constant').slice(4))).toEqual(new Set([1]))
  })

  it('has no warm-up where none is wanted, and a single step is at the peak', () => {
    expect(rates('cosine', 1, 0)).toEqual([1])
  })

  it('is a warm-up and no more where it is told so', () => {
    expect(rates('cosine', 3, 1)).toEqual([0.25, 0.5, 0.75])
  })
})
