import { describe, expect, it } from 'vitest'
import { sftLoss } from '../../../src/train/losses/sft-loss.ts'
import { finiteDifferences } from './finite-differences.ts'
import { groupOf } from './group-of.ts'

describe('the SFT loss', () => {
  it('is the mean negative log-likelihood per token over the batch', () => {
    // Log-probabilities -9 and -7 over 4 + 2 tokens in one group, -8 over 6 tokens in the other: 24 nats in 12 tokens.
    const batchMeanTokens = (6 + 6) / 2
    const groups = [groupOf([1, 3], [0], [4, 2, 9]), groupOf([2], [0], [6, 9])]
    const losses = groups.map((group) => sftLoss(group, { length: 'mean' }, batchMeanTokens).loss)
    expect((losses[0]! + losses[1]!) / 2).toBeCloseTo(24 / 12, 12)
  })

  it('is the mean over the winners of a whole response when summed', () => {
    expect(sftLoss(groupOf([1, 3], [0]), { length: 'sum' }, 4).loss).toBeCloseTo((9 + 7) / 2, 12)
  })

  it('pulls at winners alone, as finite differences show', () => {
    const group = groupOf([0.3, -1.2], [0.7], [3, 5, 2])
    const loss = (g: typeof group) => sftLoss(g, { length: 'mean' }, 8)
    const { dLogProbs } = loss(group)
    expect(dLogProbs[2]).toBe(0)
    finiteDifferences(loss, group).forEach((expected, i) => {
      expect(Math.abs(dLogProbs[i]! - expected)).toBeLessThan(1e-8)
    })
  })

  it('refuses a group without winners', () => {
    expect(() => sftLoss(groupOf([], [1]), { length: 'sum' }, 4)).toThrow('a winner')
  })
})
