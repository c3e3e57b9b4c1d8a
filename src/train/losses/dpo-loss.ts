/** The DPO loss over a group's pairs, equations (2) and (3): log-probabilities in, loss and derivatives out. */
import { type Pairing, preferencePairs } from '../../records/preference-pairs.ts'
import type { GroupLoss } from './group-loss.ts'
import { type GroupLogProbs, groupScores, type Length, toLogProbDerivatives } from './group-scores.ts'
import { logSigmoid, sigmoid } from './sigmoid.ts'

/** `sigmoid`: equation (3). `ipo`: the squared loss of IPO, arXiv 2310.12036. */
export const DPO_LOSSES = ['sigmoid', 'ipo'] as const

export interface DpoOptions {
  readonly beta: number
  readonly loss: (typeof DPO_LOSSES)[number]
  readonly pairs: Pairing
  readonly length: Length
}

/**
 * The mean over the group's pairs of `-log sigmoid(beta (r_w - r_l))` or of `((r_w - r_l) - 1 / (2 beta))^2`.
 * Pairs of a group share its forward passes, so that both methods see the same texts at the same cost.
 *
 * @param group at least one winner and one loser
 */
export function dpoLoss(
  group: GroupLogProbs,
  { beta, loss: kind, pairs: pairing, length }: DpoOptions,
): GroupLoss {
  const scores = groupScores(group, length)
  const pairs = preferencePairs(group.winners, scores.length - group.winners, pairing)
  if (pairs.length === 0) throw new Error('a group needs a winner and a loser')

  let loss = 0
  const dScores = new Float64Array(scores.length)
  for (const [winner, loserIndex] of pairs) {
    const loser = group.winners + loserIndex
    const pair = pairLoss(scores[winner]! - scores[loser]!, kind, beta)
    loss += pair.loss / pairs.length
    dScores[winner]! += pair.derivative / pairs.length
    dScores[loser]! -= pair.derivative / pairs.length
  }
  return { loss, dLogProbs: toLogProbDerivatives(dScores, group, length) }
}

/** The loss of one difference of log-ratios, and its derivative by that difference. */
function pairLoss(
  difference: number,
  kind: DpoOptions['loss'],
  beta: number,
): { readonly loss: number; readonly derivative: number } {
  if (kind === 'ipo') {
    const gap = difference - 1 / (2 * beta)
    return { loss: gap ** 2, derivative: 2 * gap }
  }
  return { loss: -logSigmoid(beta * difference), derivative: -beta * sigmoid(-beta * difference) }
}
