import { describe, expect, it } from 'vitest'
import { type DpoOptions, dpoLoss } from '../../../src/train/losses/dpo-loss.ts'
import { finiteDifferences } from './finite-differences.ts'
import { groupOf } from './group-of.ts'
import { PLAIN } from './plain-options.ts'

const usual: DpoOptions = { ...PLAIN, beta: 0.1, loss: 'sigmoid', pairs: 'all', length: 'sum' }

describe('the DPO loss, equation (3)', () => {
  it('is -log sigmoid(beta (r_w - r_l)) for a pair', () => {
    // beta * 5 = 0.5
    expect(dpoLoss(groupOf([2], [-3]), usual).loss).toBeCloseTo(0.4740769841801067, 12)
  })

  it('is the mean over all pairs of winners and losers', () => {
    const pair = (winner: number, loser: number) => dpoLoss(groupOf([winner], [loser]), usual).loss
    const expected = (pair(1, 0) + pair(1, -1) + pair(3, 0) + pair(3, -1)) / 4
    expect(dpoLoss(groupOf([1, 3], [0, -1]), usual).loss).toBeCloseTo(expected, 12)
  })

  it('takes the i-th winner against the i-th loser when matched, the shorter list again from the front', () => {
    const pair = (winner: number, loser: number) => dpoLoss(groupOf([winner], [loser]), usual).loss
    const expected = (pair(1, 0) + pair(3, -1) + pair(1, -2)) / 3
    expect(dpoLoss(groupOf([1, 3], [0, -1, -2]), { ...usual, pairs: 'matched' }).loss).toBeCloseTo(
      expected,
      12,
    )
  })

  it('is log 2 where the policy is the reference', () => {
    expect(dpoLoss(groupOf([0, 0], [0]), usual).loss).toBeCloseTo(Math.LN2, 12)
  })

  it('with ipo is the squared distance of the difference from 1 / (2 beta)', () => {
    expect(dpoLoss(groupOf([2], [-1]), { ...usual, loss: 'ipo' }).loss).toBeCloseTo((3 - 5) ** 2, 12)
  })

  it('with ipo has no slope where the difference is 1 / (2 beta)', () => {
    const { loss, dLogProbs } = dpoLoss(groupOf([4], [-1]), { ...usual, loss: 'ipo' })
    expect(loss).toBeCloseTo(0, 12)
    expect(Math.max(...dLogProbs.map(Math.abs))).toBeLessThan(1e-12)
  })

  it.each([
    ['sigmoid, all pairs', usual],
    ['sigmoid, matched, per token', { ...usual, pairs: 'matched', length: 'mean', beta: 1.5 }],
    ['ipo, all pairs', { ...usual, loss: 'ipo' }],
  ] as const)('has the derivatives that finite differences show: %s', (_, options) => {
    const group = groupOf([0.3, -1.2, 2.5], [0.7, -0.4], [3, 5, 2, 7, 4])
    const loss = (g: typeof group) => dpoLoss(g, options)
    const claimed = loss(group).dLogProbs
    finiteDifferences(loss, group).forEach((expected, i) => {
      expect(Math.abs(claimed[i]! - expected)).toBeLessThan(1e-7)
    })
  })

  it('refuses a group without winners', () => {
    expect(() => dpoLoss(groupOf([], [1]), usual)).toThrow('a winner and a loser')
  })
})
