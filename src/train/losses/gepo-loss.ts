/** The GEPO loss of one group, equation (9): log-probabilities in, loss and derivatives out. */
import type { GroupLoss } from './group-loss.ts'
import { type GroupLogProbs, groupScores, type Length, toLogProbDerivatives } from './group-scores.ts'
import { mean, type VarianceKind, variance } from './moments.ts'
import { logSigmoid, sigmoid } from './sigmoid.ts'

export interface GepoOptions {
  /** Scale of the reward inside the sigmoid; outside the variance. */
  readonly beta: number
  /** Weight of the winners' variance: the multiplier of the constraint of equations (6) and (8). */
  readonly lambda: number
  readonly variance: VarianceKind
  readonly length: Length
}

/**
 * `L = -log sigmoid(beta (mean_w r - mean_l r)) + lambda Var_w r`, equation (9), with
 * `dL/dr_w = -beta (1 - sigmoid(z)) / |Yw| + lambda dVar/dr_w` and `dL/dr_l = beta (1 - sigmoid(z)) / |Yl|`.
 * With one winner and one loser it is DPO's sigmoid loss, equation (3).
 *
 * @param group at least one winner and one loser
 * @example
 * const group = { winners: 1, policy: Float64Array.of(-3, -5), reference: Float64Array.of(-4, -4), tokens: Int32Array.of(2, 2) }
 * gepoLoss(group, { beta: 0.1, lambda: 1, variance: 'population', length: 'sum' }).loss // -log sigmoid(0.2) = 0.598
 */
export function gepoLoss(group: GroupLogProbs, { beta, lambda, ...options }: GepoOptions): GroupLoss {
  const scores = groupScores(group, options.length)
  const winners = scores.subarray(0, group.winners)
  const losers = scores.subarray(group.winners)
  if (winners.length === 0 || losers.length === 0) throw new Error('a group needs a winner and a loser')

  const z = beta * (mean(winners) - mean(losers))
  const spread = variance(winners, options.variance)
  const pull = beta * sigmoid(-z)
  const dScores = new Float64Array(scores.length)
  for (let i = 0; i < scores.length; i++) {
    dScores[i] =
      i < winners.length ? -pull / winners.length + lambda * spread.derivatives[i]! : pull / losers.length
  }
  return {
    loss: -logSigmoid(z) + lambda * spread.value,
    dLogProbs: toLogProbDerivatives(dScores, group, options.length),
  }
}
