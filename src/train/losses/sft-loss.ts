/** Supervised fine-tuning on a group's winners: log-probabilities in, loss and derivatives out. */
import type { GroupLoss } from './group-loss.ts'
import type { GroupLogProbs, Length } from './group-scores.ts'

export interface SftOptions {
  /**
   * `mean`: every token of the batch weighs the same, as in usual SFT. `sum`: every response's log-probability,
   * the mean over a group's winners.
   */
  readonly length: Length
}

/**
 * Negative log-likelihood of the winners; losers have no part in it.
 *
 * @param batchMeanTokens winners' tokens per group, the mean over the batch: the mean over the batch's groups of
 * `-sum_w log p / batchMeanTokens` is the mean over all its tokens
 */
export function sftLoss(
  { winners, policy }: GroupLogProbs,
  { length }: SftOptions,
  batchMeanTokens: number,
): GroupLoss {
  if (winners === 0) throw new Error('a group needs a winner')
  const divisor = length === 'mean' ? batchMeanTokens : winners
  const dLogProbs = policy.map((_, i) => (i < winners ? -1 / divisor : 0))
  return { loss: policy.reduce((sum, logProb, i) => sum + logProb * dLogProbs[i]!, 0), dLogProbs }
}
