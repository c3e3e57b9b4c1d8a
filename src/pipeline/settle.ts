/**
 * The end of a build and of a merge: what is said by all sources together, and by their contents alone. So it does not
 * matter in which order they came, in how many databases they were, and how often this is done.
 */
import { settleSplits } from '../audit/settle-splits.ts'
import type { Store } from '../store/store.ts'

export function settle(store: Pick<Store, 'settleOwners' | 'groupedSources' | 'source' | 'setSplits'>): void {
  // First: a group has the split of the source that it belongs to.
  store.settleOwners()
  settleSplits(store)
}
