import { describe, expect, it } from 'vitest'
import { gepoLoss } from '../../../src/train/losses/gepo-loss.ts'
import { marginLoss } from '../../../src/train/losses/margin-loss.ts'
import { withWinnerLikelihood } from '../../../src/train/losses/winner-likelihood.ts'
import { finiteDifferences } from './finite-differences.ts'
import { groupOf } from './group-of.ts'
import { PLAIN } from './plain-options.ts'

const plain = { beta: 0.1, winnerFloor: 0, targetMargin: 0, labelSmoothing: 0 }
const of = (...scores: number[]) => Float64Array.from(scores)

describe('the loss of a margin', () => {
  it('with a floor wants winners back to the reference first, each for itself', () => {
    // Margin 1 - -3 = 4; of the winners only -2 is below: 2 / 2 = 1, times 3.
    const { loss, dWinners, dLosers } = marginLoss(of(4, -2), of(-3), { ...plain, winnerFloor: 3 })
    expect(loss).toBeCloseTo(Math.log1p(Math.exp(-0.1 * (4 - 3))), 12)
    expect(dWinners[1]! / dWinners[0]!).toBeCloseTo(4, 12)
    expect(dLosers[0]).toBeCloseTo(-2 * dWinners[0]!, 12)
  })

  it('with a floor asks nothing of winners above it', () => {
    const scores = [of(2, 0), of(-1)] as const
    expect(marginLoss(...scores, { ...plain, winnerFloor: 50 })).toEqual(marginLoss(...scores, plain))
  })

  it('with a target is log 2 where the scaled margin is there, and more before', () => {
    const options = { ...plain, beta: 2, targetMargin: 1.6 }
    expect(marginLoss(of(0.5), of(-0.3), options).loss).toBeCloseTo(Math.LN2, 12)
    expect(marginLoss(of(0.4), of(-0.3), options).loss).toBeGreaterThan(Math.LN2)
  })

  it('with smoothed labels has no slope where the odds are those of the labels', () => {
    // sigmoid(z) = 0.9
    const score = Math.log(9) / 0.1
    const { dWinners, dLosers } = marginLoss(of(score), of(0), { ...plain, labelSmoothing: 0.1 })
    expect(dWinners[0]).toBeCloseTo(0, 12)
    expect(dLosers[0]).toBeCloseTo(0, 12)
  })
})

describe("the winners' likelihood as a term", () => {
  const nothing = { loss: 0, dLogProbs: new Float64Array(3) }

  it('is the mean over winners of the negative log-likelihood a token', () => {
    // -9 for 3 tokens, -12 for 2.
    const group = groupOf([1, -2], [5], [3, 2, 7])
    const { loss, dLogProbs } = withWinnerLikelihood(nothing, group, { winnerLikelihood: 2 })
    expect(loss).toBeCloseTo(2 * ((9 / 3 + 12 / 2) / 2), 12)
    expect([...dLogProbs]).toEqual([-1 / 3, -1 / 2, 0])
  })

  it('pulls winners up although they fall slower than losers, which the margin alone calls progress', () => {
    const group = groupOf([-30], [-90], [10, 10])
    const options = { ...PLAIN, beta: 0.1, lambda: 1, variance: 'population', length: 'sum' } as const
    expect(Math.abs(gepoLoss(group, options).dLogProbs[0]!)).toBeLessThan(1e-3)
    expect(gepoLoss(group, { ...options, winnerLikelihood: 1 }).dLogProbs[0]).toBeLessThan(-0.1)
  })

  it('has the derivatives that finite differences show, with everything else', () => {
    const group = groupOf([0.3, -1.2, 2.5], [0.7, -0.4], [3, 5, 2, 7, 4])
    const loss = (g: typeof group) =>
      gepoLoss(g, {
        beta: 1.5,
        lambda: 0.2,
        variance: 'sample',
        length: 'mean',
        winnerFloor: 4,
        targetMargin: 0.5,
        labelSmoothing: 0.1,
        winnerLikelihood: 0.3,
      })
    const claimed = loss(group).dLogProbs
    finiteDifferences(loss, group).forEach((expected, i) => {
      expect(Math.abs(claimed[i]! - expected), `at ${i}`).toBeLessThan(1e-7)
    })
  })
})
