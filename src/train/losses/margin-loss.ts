/**
 * Scores of winners and of losers in; the logistic loss of the margin between their means, and its derivatives, out.
 *
 * A margin grows as well when winners fall and losers fall further: likelihood displacement, arXiv 2410.08847. Near
 * copies, which the members of a group are, show it most. The options are what the field has against it.
 */
import { mean } from './moments.ts'
import { logSigmoid, sigmoid } from './sigmoid.ts'

export interface MarginOptions {
  /** Scale of the scores inside the sigmoid. */
  readonly beta: number
  /**
   * DPOP's lambda, equation (3) of Smaug, arXiv 2402.13228: `max(0, log pi_ref(y_w) - log pi(y_w))` times this is taken
   * off the margin, so that a winner below the reference must come back before anything is won. Of several winners the
   * mean of theirs: none makes up for another. 0: without.
   */
  readonly winnerFloor: number
  /** SimPO's gamma, equation (6) of arXiv 2405.14734: the scaled margin that is won only beyond this. 0: without. */
  readonly targetMargin: number
  /** Share of the labels that is taken for wrong, as in conservative DPO (E. Mitchell, 2023) and TRL. 0: none. */
  readonly labelSmoothing: number
}

export interface MarginLoss {
  readonly loss: number
  readonly dWinners: Float64Array
  readonly dLosers: Float64Array
}

/**
 * With `z = beta (mean_w r - mean_l r - winnerFloor mean_w max(0, -r)) - targetMargin`:
 * `-(1 - labelSmoothing) log sigmoid(z) - labelSmoothing log sigmoid(-z)`.
 *
 * @param winners at least one
 * @param losers at least one
 * @example
 * const plain = { beta: 0.1, winnerFloor: 0, targetMargin: 0, labelSmoothing: 0 }
 * marginLoss(Float64Array.of(1, 3), Float64Array.of(-3), plain).loss // -log sigmoid(0.5) = 0.474
 */
export function marginLoss(
  winners: Float64Array,
  losers: Float64Array,
  { beta, winnerFloor, targetMargin, labelSmoothing }: MarginOptions,
): MarginLoss {
  const shortfall = mean(winners.map((score) => Math.max(0, -score)))
  const z = beta * (mean(winners) - mean(losers) - winnerFloor * shortfall) - targetMargin
  const slope = beta * (labelSmoothing * sigmoid(z) - (1 - labelSmoothing) * sigmoid(-z))
  return {
    loss: -(1 - labelSmoothing) * logSigmoid(z) - labelSmoothing * logSigmoid(-z),
    dWinners: winners.map((score) => (slope * (score < 0 ? 1 + winnerFloor : 1)) / winners.length),
    dLosers: losers.map(() => -slope / losers.length),
  }
}
