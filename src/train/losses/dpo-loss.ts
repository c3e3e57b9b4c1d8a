/** The DPO loss over a group's pairs, equations (2) and (3): log-probabilities in, loss and derivatives out. */
import { type Pairing, preferencePairs } from '../../records/preference-pairs.ts'
import type { GroupLoss } from './group-loss.ts'
import { type GroupLogProbs, groupScores, type Length, toLogProbDerivatives } from './group-scores.ts'
import { type MarginLoss, type MarginOptions, marginLoss } from './margin-loss.ts'
import { type WinnerLikelihoodOptions, withWinnerLikelihood } from './winner-likelihood.ts'

/** `sigmoid`: equation (3). `ipo`: the squared loss of IPO, arXiv 2310.12036, which has beta alone of a margin's options. */
export const DPO_LOSSES = ['sigmoid', 'ipo'] as const

export interface DpoOptions extends MarginOptions, WinnerLikelihoodOptions {
  readonly loss: (typeof DPO_LOSSES)[number]
  readonly pairs: Pairing
  readonly length: Length
}

/**
 * The mean over the group's pairs of `-log sigmoid(beta (r_w - r_l))` or of `((r_w - r_l) - 1 / (2 beta))^2`;
 * what holds the winners up besides is {@link marginLoss}'s for each pair, and {@link withWinnerLikelihood}'s.
 * Pairs of a group share its forward passes, so that both methods see the same texts at the same cost.
 *
 * @param group at least one winner and one loser
 */
export function dpoLoss(group: GroupLogProbs, options: DpoOptions): GroupLoss {
  const scores = groupScores(group, options.length)
  const pairs = preferencePairs(group.winners, scores.length - group.winners, options.pairs)
  if (pairs.length === 0) throw new Error('a group needs a winner and a loser')

  let loss = 0
  const dScores = new Float64Array(scores.length)
  for (const [winner, loserIndex] of pairs) {
    const loser = group.winners + loserIndex
    const pair = pairLoss(scores.subarray(winner, winner + 1), scores.subarray(loser, loser + 1), options)
    loss += pair.loss / pairs.length
    dScores[winner]! += pair.dWinners[0]! / pairs.length
    dScores[loser]! += pair.dLosers[0]! / pairs.length
  }
  const preference = { loss, dLogProbs: toLogProbDerivatives(dScores, group, options.length) }
  return withWinnerLikelihood(preference, group, options)
}

/** Of one winner and one loser. */
function pairLoss(winner: Float64Array, loser: Float64Array, options: DpoOptions): MarginLoss {
  if (options.loss === 'sigmoid') return marginLoss(winner, loser, options)
  const gap = winner[0]! - loser[0]! - 1 / (2 * options.beta)
  return { loss: gap ** 2, dWinners: Float64Array.of(2 * gap), dLosers: Float64Array.of(-2 * gap) }
}
