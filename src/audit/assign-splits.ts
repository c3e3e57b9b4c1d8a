/**
 * Clusters of sources in, the split of each source out. A cluster is never parted, and its place depends on its
 * members alone, not on the other clusters or on any order; the parts are met in the mean, over clusters.
 */
import type { Split } from '../group/group-record.ts'
import { hashText } from './hash-text.ts'

export interface SplitShares {
  /** Percent of the clusters; the rest is for training. */
  readonly validation: number
  readonly test: number
}

const SHARES: SplitShares = { validation: 5, test: 5 }

/**
 * @param clusters ids of the sources of each cluster, one cluster for a source that is like no other
 * @example assignSplits([['3fa9...', '71c0...'], ['b2e4...']]).get('71c0...') // 'train', as of '3fa9...'
 */
export function assignSplits(
  clusters: Iterable<readonly string[]>,
  shares: SplitShares = SHARES,
): Map<string, Split> {
  const splits = new Map<string, Split>()
  for (const ids of clusters) {
    if (ids.length === 0) continue
    const [least] = ids.toSorted()
    const split = splitOf(hashText(least!) % 10_000, shares)
    for (const id of ids) splits.set(id, split)
  }
  return splits
}

function splitOf(place: number, { validation, test }: SplitShares): Split {
  if (place < test * 100) return 'test'
  return place < (test + validation) * 100 ? 'validation' : 'train'
}
