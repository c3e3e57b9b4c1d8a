import type { EncodedGroup } from '../data/encoded-group.ts'
import type { GroupLogProbs } from '../losses/group-scores.ts'

/** A group with all that a loss needs but the policy's log-probabilities. */
export interface PreparedGroup extends EncodedGroup {
  /** log pi_ref of each response; zeros for a method without a reference. */
  readonly reference: Float64Array
}

/** @param policy log pi_theta of each response */
export function withPolicy(
  { winners, responses, reference }: PreparedGroup,
  policy: Float64Array,
): GroupLogProbs {
  return { winners, policy, reference, tokens: Int32Array.from(responses, ({ length }) => length) }
}

/** Winners' tokens per group, the mean over a batch. */
export function meanWinnerTokens(groups: readonly PreparedGroup[]): number {
  const tokens = groups.flatMap(({ responses, winners }) =>
    responses.slice(0, winners).map(({ length }) => length),
  )
  return tokens.reduce((sum, length) => sum + length, 0) / groups.length
}
