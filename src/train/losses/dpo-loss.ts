/** The DPO loss over a group's pairs, equations (2) and (3): log-probabilities in, loss and derivatives out. */
import type { GroupLoss } from './group-loss.ts'
import { type GroupLogProbs, groupScores, type Length, toLogProbDerivatives } from './group-scores.ts'
import { logSigmoid, sigmoid } from './sigmoid.ts'

/** `sigmoid`: equation (3). `ipo`: the squared loss of IPO, arXiv 2310.12036. */
export const DPO_LOSSES = ['sigmoid', 'ipo'] as const

/**
 * `all`: every winner against every loser. `matched`: the i-th winner against the i-th loser, the shorter list from
 * the front again, so that each response is in the fewest pairs.
 */
export const DPO_PAIRS = ['all', 'matched'] as const

export interface DpoOptions {
  readonly beta: number
  readonly loss: (typeof DPO_LOSSES)[number]
  readonly pairs: (typeof DPO_PAIRS)[number]
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
  const pairs = pairsOf(group.winners, scores.length - group.winners, pairing)
  if (pairs.length === 0) throw new Error('a group needs a winner and a loser')

  let loss = 0
  const dScores = new Float64Array(scores.length)
  for (const [winner, loser] of pairs) {
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

/** Indices of winner and loser in the group's arrays. */
function pairsOf(winners: number, losers: number, pairing: DpoOptions['pairs']): [number, number][] {
  if (winners === 0 || losers === 0) return []
  return pairing === 'all'
    ? Array.from({ length: winners * losers }, (_, i) => [Math.floor(i / losers), winners + (i % losers)])
    : Array.from({ length: Math.max(winners, losers) }, (_, i) => [i % winners, winners + (i % losers)])
}
