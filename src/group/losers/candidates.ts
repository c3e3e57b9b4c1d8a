/**
 * A unit's screened mutants in, its candidates out: the unit and as many mutants of it as a group has losers of the class
 * `ast`. Any of them may be what the group is about, each as likely as the others, and the rest are its losers. So
 * nothing in a text says whether it is a winner: as the unit, as a mutant, it is one as often as it is the other.
 */
import { createRandom } from '../../base/random.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { AstEntry } from '../../records/pool-entry.ts'
import { type LoserOrder, takeFirst } from './select-losers.ts'

export interface Candidates {
  readonly mutants: readonly AstEntry[]
  /** Screened with them and not of the candidates: in place of one that turns out to be no loser. */
  readonly others: readonly AstEntry[]
}

/** Takes from the batches until there are `size` mutants, or none are left; the rest of the batches stays unread. */
export async function takeCandidates(
  batches: AsyncIterator<readonly AstEntry[]>,
  size: number,
  order: LoserOrder,
): Promise<Candidates> {
  const mutants: AstEntry[] = []
  const others: AstEntry[] = []
  while (mutants.length < size) {
    const taken = takeFirst(others, (entry) => order.ofEntry(entry, mutants))
    if (taken !== undefined) {
      mutants.push(taken)
      continue
    }
    const batch = await batches.next()
    if (batch.done) break
    others.push(...batch.value)
  }
  return { mutants, others }
}

/** All of the candidates in a random order; undefined is the unit. */
export const drawOrder = (candidates: Candidates, seed: string): (Mutant | undefined)[] =>
  createRandom(`centre ${seed}`).shuffle([undefined, ...candidates.mutants.map(({ mutant }) => mutant)])
