/**
 * What every loss and every measure of a group starts from: log-probabilities in, one score a response out.
 * Winners come first in all arrays, in the order of the group.
 */

/** Summed log-probabilities (natural, nats) of a group's responses under the policy and under the reference. */
export interface GroupLogProbs {
  /** How many of the responses are winners: they come first, losers follow. */
  readonly winners: number
  /** log pi_theta(y|q), summed over the response's tokens. */
  readonly policy: Float64Array
  /** log pi_ref(y|q), in the same order; all zero where a method has no reference. */
  readonly reference: Float64Array
  /** Tokens of each response. */
  readonly tokens: Int32Array
}

/**
 * `sum`: the log-ratio of the whole response, the convention of DPO and of the paper.
 * `mean`: divided by the response's tokens, so that long responses weigh no more than short ones.
 */
export const LENGTHS = ['sum', 'mean'] as const
export type Length = (typeof LENGTHS)[number]

/**
 * `r(y) = log pi_theta(y|q) - log pi_ref(y|q)`, the reward of equation (7) without its factor beta and without
 * `beta log Z(q)`, which cancels in every difference and in every variance (Appendix B).
 */
export function groupScores({ policy, reference, tokens }: GroupLogProbs, length: Length): Float64Array {
  return policy.map((logProb, i) => (logProb - reference[i]!) / divisor(length, tokens[i]!))
}

/** dL/d(log pi_theta(y|q)) from dL/dr(y): the inner derivative of {@link groupScores}. */
export function toLogProbDerivatives(
  dScores: Float64Array,
  { tokens }: GroupLogProbs,
  length: Length,
): Float64Array {
  return dScores.map((derivative, i) => derivative / divisor(length, tokens[i]!))
}

function divisor(length: Length, tokens: number): number {
  return length === 'mean' ? tokens : 1
}
