/** Log-probabilities of a group in; the winners' negative log-likelihood as a term of its loss, and its slopes, out. */
import type { GroupLoss } from './group-loss.ts'
import type { GroupLogProbs } from './group-scores.ts'

export interface WinnerLikelihoodOptions {
  /**
   * The alpha of RPO, equation (2) of arXiv 2404.19733 (Iterative RPO): `-log pi(y_w) / |y_w|` times this is added to
   * the loss, of several winners the mean of theirs. It holds winners up whatever the losers do. 0: without.
   */
  readonly winnerLikelihood: number
}

/** The loss of a preference with the term added to it. */
export function withWinnerLikelihood(
  preference: GroupLoss,
  { winners, policy, tokens }: GroupLogProbs,
  { winnerLikelihood }: WinnerLikelihoodOptions,
): GroupLoss {
  if (winnerLikelihood === 0) return preference
  const slopes = policy.map((_, i) => (i < winners ? -winnerLikelihood / (winners * tokens[i]!) : 0))
  return {
    loss: policy.reduce((sum, logProb, i) => sum + logProb * slopes[i]!, preference.loss),
    dLogProbs: preference.dLogProbs.map((slope, i) => slope + slopes[i]!),
  }
}
