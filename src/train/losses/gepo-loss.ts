/** The GEPO loss of one group, equation (9): log-probabilities in, loss and derivatives out. */
import type { GroupLoss } from './group-loss.ts'
import { type GroupLogProbs, groupScores, type Length, toLogProbDerivatives } from './group-scores.ts'
import { type MarginOptions, marginLoss } from './margin-loss.ts'
import { type VarianceKind, variance } from './moments.ts'
import { type WinnerLikelihoodOptions, withWinnerLikelihood } from './winner-likelihood.ts'

/** Beta is the scale of the reward inside the sigmoid; outside the variance. */
export interface GepoOptions extends MarginOptions, WinnerLikelihoodOptions {
  /** Weight of the winners' variance: the multiplier of the constraint of equations (6) and (8). */
  readonly lambda: number
  readonly variance: VarianceKind
  readonly length: Length
}

/**
 * `L = -log sigmoid(beta (mean_w r - mean_l r)) + lambda Var_w r`, equation (9), with
 * `dL/dr_w = -beta (1 - sigmoid(z)) / |Yw| + lambda dVar/dr_w` and `dL/dr_l = beta (1 - sigmoid(z)) / |Yl|`;
 * what holds the winners up besides is {@link marginLoss}'s and {@link withWinnerLikelihood}'s.
 * With one winner and one loser it is DPO's sigmoid loss, equation (3).
 *
 * @param group at least one winner and one loser
 * @example
 * const group = { winners: 1, policy: Float64Array.of(-3, -5), reference: Float64Array.of(-4, -4), tokens: Int32Array.of(2, 2) }
 * const plain = { winnerFloor: 0, targetMargin: 0, labelSmoothing: 0, winnerLikelihood: 0 }
 * gepoLoss(group, { ...plain, beta: 0.1, lambda: 1, variance: 'population', length: 'sum' }).loss // -log sigmoid(0.2) = 0.598
 */
export function gepoLoss(group: GroupLogProbs, options: GepoOptions): GroupLoss {
  const scores = groupScores(group, options.length)
  const winners = scores.subarray(0, group.winners)
  const losers = scores.subarray(group.winners)
  if (winners.length === 0 || losers.length === 0) throw new Error('a group needs a winner and a loser')

  const { loss, dWinners, dLosers } = marginLoss(winners, losers, options)
  const spread = variance(winners, options.variance)
  const dScores = Float64Array.from([
    ...dWinners.map((slope, i) => slope + options.lambda * spread.derivatives[i]!),
    ...dLosers,
  ])
  const preference = {
    loss: loss + options.lambda * spread.value,
    dLogProbs: toLogProbDerivatives(dScores, group, options.length),
  }
  return withWinnerLikelihood(preference, group, options)
}
