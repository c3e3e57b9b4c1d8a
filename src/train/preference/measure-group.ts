/** A group's log-probabilities in, how well the policy tells its winners from its losers out. */
import { type GroupLogProbs, groupScores, type Length } from '../losses/group-scores.ts'
import { mean, variance } from '../losses/moments.ts'

/** Of one group, or the mean over several. Scores are log-ratios in nats, without beta. */
export interface GroupMeasure {
  /** 1 where the mean score of the winners is above that of the losers, 0.5 where they are equal. */
  readonly accuracy: number
  /** Share of pairs whose winner scores higher, equal scores counted half. */
  readonly pairAccuracy: number
  /** Mean score of the winners less mean score of the losers. */
  readonly margin: number
  /** Population variance of the winners' scores, what lambda weighs in equation (9). */
  readonly winnerVariance: number
  /** Mean score of the winners: below 0, training has made them less likely than the reference does. */
  readonly winnerScore: number
  readonly loserScore: number
  /** Mean over the winners of their log-probability a token under the policy, in nats. */
  readonly winnerLogProb: number
}

export const MEASURES = [
  'accuracy',
  'pairAccuracy',
  'margin',
  'winnerVariance',
  'winnerScore',
  'loserScore',
  'winnerLogProb',
] as const satisfies readonly (keyof GroupMeasure)[]

/** @param group at least one winner and one loser */
export function measureGroup(group: GroupLogProbs, length: Length): GroupMeasure {
  const scores = groupScores(group, length)
  const winners = scores.subarray(0, group.winners)
  const losers = scores.subarray(group.winners)
  const [winnerScore, loserScore] = [mean(winners), mean(losers)]
  const margin = winnerScore - loserScore
  let pairsWon = 0
  for (const winner of winners) for (const loser of losers) pairsWon += half(winner - loser)
  return {
    accuracy: half(margin),
    pairAccuracy: pairsWon / (winners.length * losers.length),
    margin,
    winnerVariance: variance(winners, 'population').value,
    winnerScore,
    loserScore,
    winnerLogProb: mean(winners.map((_, i) => group.policy[i]! / group.tokens[i]!)),
  }
}

function half(difference: number): number {
  return difference > 0 ? 1 : difference === 0 ? 0.5 : 0
}
