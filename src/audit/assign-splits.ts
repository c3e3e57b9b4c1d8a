/**
 * Sources in, their splits out, so that near-copies are tested on as little as can be. Two ways:
 *
 * - `assignSplits` takes clusters and so needs all sources first. A cluster is never parted, and its place depends on
 *   its members alone, not on other clusters or any order; the parts are met in the mean, over clusters. Sources that
 *   come later can join clusters that were apart, and such a one moves to the place of its least id.
 * - `assignSplitInOnePass` looks at one source, so that shards and later sources agree by themselves. Equal shingle
 *   sets are never parted; sets of Jaccard similarity J are parted at most as often as 1 - J, times the odds that two
 *   draws differ: with the usual shares one pair in 18 at J = 0.7, one in 54 at 0.9. Chains may be parted anywhere.
 */
import type { Split } from '../group/group-record.ts'
import { minHash } from './band-keys.ts'
import { hashText, mixBits } from './hash-text.ts'

export interface SplitShares {
  /** Percent of the clusters; the rest is for training. */
  readonly validation: number
  readonly test: number
}

const PLACES = 10_000
/** Apart from those of the bands. */
const SPLIT_SALT = 0x53504c54
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
    const split = splitOf(hashText(least!) % PLACES, shares)
    for (const id of ids) splits.set(id, split)
  }
  return splits
}

/**
 * @param shingles what `sourceShingles` gives
 * @example assignSplitInOnePass(sourceShingles(text)) // 'train'
 */
export function assignSplitInOnePass(shingles: Uint32Array, shares: SplitShares = SHARES): Split {
  // Mixed again: a least value of many is always small.
  return splitOf(mixBits(minHash(shingles, SPLIT_SALT)) % PLACES, shares)
}

function splitOf(place: number, { validation, test }: SplitShares): Split {
  if (place < test * 100) return 'test'
  return place < (test + validation) * 100 ? 'validation' : 'train'
}
