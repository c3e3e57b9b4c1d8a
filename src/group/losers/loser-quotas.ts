/** Shares of the loser classes in, how many losers of each class one group is to have out. */
import { createRandom } from '../../base/random.ts'
import { LOSER_CLASSES, type LoserClass } from '../../records/group-record.ts'

/** Whole numbers, of which only the proportions count. */
export type ClassShares = Readonly<Record<LoserClass, number>>

/**
 * Each class gets its part rounded down or up, so that over many groups the shares are met, and within a group where
 * they divide the number of losers.
 *
 * @example loserQuotas({ ast: 2, ir: 1, malformed: 1 }, 4, 'any') // { ast: 2, ir: 1, malformed: 1 }
 */
export function loserQuotas(shares: ClassShares, losers: number, seed: string): Record<LoserClass, number> {
  const total = LOSER_CLASSES.reduce((sum, name) => sum + shares[name], 0)
  // One offset for all bounds between classes (systematic sampling).
  const offset = createRandom(`classes ${seed}`).int(0, total - 1)
  const boundAfter = (share: number) => Math.floor((share * losers + offset) / total)
  let passed = 0
  return Object.fromEntries(
    LOSER_CLASSES.map((name) => {
      const before = boundAfter(passed)
      passed += shares[name]
      return [name, boundAfter(passed) - before]
    }),
  ) as Record<LoserClass, number>
}
