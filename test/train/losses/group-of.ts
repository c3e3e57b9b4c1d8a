import type { GroupLogProbs } from '../../../src/train/losses/group-scores.ts'

/** A group from log-ratios: the reference is all -10, every response has `tokens` tokens unless told. */
export function groupOf(
  winners: readonly number[],
  losers: readonly number[],
  tokens: readonly number[] = [...winners, ...losers].map(() => 4),
): GroupLogProbs {
  const ratios = [...winners, ...losers]
  return {
    winners: winners.length,
    policy: Float64Array.from(ratios, (ratio) => ratio - 10),
    reference: new Float64Array(ratios.length).fill(-10),
    tokens: Int32Array.from(tokens),
  }
}
