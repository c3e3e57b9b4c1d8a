import { describe, expect, it } from 'vitest'
import { type ClippedLossOptions, clippedLoss } from '../../../src/train/losses/clipped-loss.ts'

const plain: ClippedLossOptions = { clip: 0.2, dualClip: null, klCoefficient: 0 }
/** One token at `ratio` times its old probability. */
const token = (ratio: number, advantage: number, distance = 0) => {
  const policy = Float32Array.of(Math.log(ratio) - 1)
  return {
    policy,
    old: Float32Array.of(-1),
    reference: policy.map((value) => value - distance),
    advantages: Float64Array.of(advantage),
  }
}

describe('the clipped loss, equation (5)', () => {
  it.each([
    ['on-policy, worth more', 1, 2, -2, -2, 0],
    ['on-policy, worth less', 1, -2, 2, 2, 0],
    ['risen too far', 1.5, 2, -2.4, 0, 1],
    ['risen too far and to fall again', 1.5, -2, 3, 3, 0],
    ['fallen too far', 0.5, -2, 1.6, 0, 1],
    ['fallen too far and to rise again', 0.5, 2, -1, -1, 0],
    ['of no worth', 1.5, 0, 0, 0, 0],
  ])('of a token that is %s', (_, ratio, advantage, loss, slope, clipped) => {
    const found = clippedLoss(token(ratio, advantage), plain, 1)
    expect(found.loss).toBeCloseTo(loss, 6)
    expect(found.dLogProbs[0]).toBeCloseTo(slope, 6)
    expect(found.clipped).toBe(clipped)
  })

  it('has a limit for tokens that are worth less and have risen far, where dual clipping is asked for', () => {
    const options = { ...plain, dualClip: 3 }
    const far = clippedLoss(token(5, -2), options, 1)
    expect(far.loss).toBeCloseTo(6, 6)
    expect([...far.dLogProbs]).toEqual([0])
    expect(clippedLoss(token(2, -2), options, 1).loss).toBeCloseTo(4, 6)
    expect(clippedLoss(token(5, 2), options, 1).loss).toBeCloseTo(-2.4, 6)
  })

  it('weighs half of the squared distance to the reference (k2)', () => {
    const found = clippedLoss(token(1, 0, 3), { ...plain, klCoefficient: 0.5 }, 1)
    expect(found.loss).toBeCloseTo(0.5 * 4.5, 6)
    expect(found.dLogProbs[0]).toBeCloseTo(0.5 * 3, 6)
    expect(found.kl).toBeCloseTo(3, 6)
  })

  it('is a mean over the tokens of the whole batch', () => {
    const one = clippedLoss(token(1, 2), plain, 8)
    expect(one.loss).toBeCloseTo(-0.25, 6)
    expect(one.dLogProbs[0]).toBeCloseTo(-0.25, 6)
  })

  it.each([
    ['plain', plain],
    ['with dual clipping and KL', { clip: 0.1, dualClip: 1.5, klCoefficient: 0.3 }],
  ])('has the derivatives that finite differences show: %s', (_, options) => {
    for (const ratio of [0.3, 0.85, 0.97, 1.02, 1.15, 4]) {
      for (const advantage of [-1.3, 0.7]) {
        const at = token(ratio, advantage, 0.4)
        // In steps that float32 has exactly.
        const step = 2 ** -8
        const moved = (by: number) =>
          clippedLoss({ ...at, policy: at.policy.map((value) => value + by) }, options, 2).loss
        const slope = (moved(step) - moved(-step)) / (2 * step)
        expect(clippedLoss(at, options, 2).dLogProbs[0]).toBeCloseTo(slope, 3)
      }
    }
  })
})
