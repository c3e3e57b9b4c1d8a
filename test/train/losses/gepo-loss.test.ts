import { describe, expect, it } from 'vitest'
import { dpoLoss } from '../../../src/train/losses/dpo-loss.ts'
import { type GepoOptions, gepoLoss } from '../../../src/train/losses/gepo-loss.ts'
import { finiteDifferences } from './finite-differences.ts'
import { groupOf } from './group-of.ts'
import { PLAIN } from './plain-options.ts'

const paper: GepoOptions = { ...PLAIN, beta: 0.1, lambda: 1, variance: 'population', length: 'sum' }

describe('the GEPO loss, equation (9)', () => {
  it('is -log sigmoid of the scaled gap of the means, plus lambda times the variance of the winners', () => {
    // Means 2 and -3: z = 0.1 * 5 = 0.5, -log sigmoid(0.5) = log(1 + e^-0.5) = 0.474077. Winners 1 and 3: variance 1.
    const { loss } = gepoLoss(groupOf([1, 3], [-2, -4]), paper)
    expect(loss).toBeCloseTo(0.4740769841801067 + 1, 12)
  })

  it('is log 2 with equal members, whose derivatives only part winners from losers', () => {
    const { loss, dLogProbs } = gepoLoss(groupOf([2, 2], [2, 2, 2]), paper)
    expect(loss).toBeCloseTo(Math.LN2, 12)
    // beta * (1 - sigmoid(0)) / n, against winners and along losers.
    const [w, l] = [(-0.1 * 0.5) / 2, (0.1 * 0.5) / 3]
    expectClose(dLogProbs, [w, w, l, l, l])
  })

  it('leaves beta out of the variance', () => {
    const group = groupOf([1, 3], [2])
    const variancePart = (beta: number) =>
      gepoLoss(group, { ...paper, beta }).loss - gepoLoss(group, { ...paper, beta, lambda: 0 }).loss
    expect(variancePart(0.1)).toBeCloseTo(1, 12)
    expect(variancePart(5)).toBeCloseTo(1, 12)
  })

  it('divides the variance by n - 1 where the sample variance is asked for', () => {
    const { loss } = gepoLoss(groupOf([1, 3], [2]), { ...paper, variance: 'sample' })
    expect(loss).toBeCloseTo(Math.LN2 + 2, 12)
  })

  it.each(['population', 'sample'] as const)(
    'has no variance with one winner (%s): it is DPO',
    (variance) => {
      const group = groupOf([1.5], [-0.5])
      const dpo = dpoLoss(group, { ...PLAIN, beta: 0.1, loss: 'sigmoid', pairs: 'all', length: 'sum' })
      const gepo = gepoLoss(group, { ...paper, variance, lambda: 7 })
      expect(gepo.loss).toBeCloseTo(dpo.loss, 14)
      expectClose(gepo.dLogProbs, [...dpo.dLogProbs])
    },
  )

  it('divides each log-ratio by its tokens where the mean is asked for', () => {
    const summed = gepoLoss(groupOf([2, 1], [-1]), paper)
    const meant = gepoLoss(groupOf([8, 2], [-3], [4, 2, 3]), { ...paper, length: 'mean' })
    expect(meant.loss).toBeCloseTo(summed.loss, 12)
    expectClose(meant.dLogProbs, [
      summed.dLogProbs[0]! / 4,
      summed.dLogProbs[1]! / 2,
      summed.dLogProbs[2]! / 3,
    ])
  })

  it('keeps a finite loss and slope where the gap is beyond what exp can hold', () => {
    const wrong = gepoLoss(groupOf([-1e5], [1e5]), paper)
    expect(wrong.loss).toBeCloseTo(2e4, 6)
    expectClose(wrong.dLogProbs, [-0.1, 0.1])
    const right = gepoLoss(groupOf([1e5], [-1e5]), paper)
    expect(right.loss).toBe(0)
    expectClose(right.dLogProbs, [0, 0])
  })

  it.each([
    ['defaults', paper],
    ['sample variance, lambda 0.3', { ...paper, variance: 'sample', lambda: 0.3 }],
    ['per token, beta 2', { ...paper, length: 'mean', beta: 2 }],
  ] as const)('has the derivatives that finite differences show: %s', (_, options) => {
    const group = groupOf([0.3, -1.2, 2.5], [0.7, -0.4], [3, 5, 2, 7, 4])
    const loss = (g: typeof group) => gepoLoss(g, options)
    expectClose(loss(group).dLogProbs, finiteDifferences(loss, group), 1e-8)
  })

  it('refuses a group without losers', () => {
    expect(() => gepoLoss(groupOf([1], []), paper)).toThrow('a winner and a loser')
  })
})

function expectClose(actual: Float64Array, expected: readonly number[], within = 1e-12): void {
  expect(actual).toHaveLength(expected.length)
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `at ${i}`).toBeLessThanOrEqual(within)
  })
}
