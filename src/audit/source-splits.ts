/**
 * Sources in, their splits out, so that near-copies are tested on as little as can be. Two steps:
 *
 * - `splitOfSource` looks at one source. Equal shingle sets are never parted; any others are drawn apart, so that the
 *   shares are met however much programs have in common. (One min-hash would hold most near-copies together, and with
 *   them all programs that share their least shingle, which may be a tenth of all.)
 * - `splitsOfClusters` needs all sources of a database, and parts no cluster: all of one go where the source with the
 *   least id goes. That depends on the members alone, not on other clusters or any order. A source that comes later can
 *   join clusters that were apart, and such a one moves to the place of its least id.
 */
import type { Split } from '../records/split.ts'
import { combineHashes, mixBits } from './hash-text.ts'

export interface SplitShares {
  /** Percent of the sources; the rest is for training. */
  readonly validation: number
  readonly test: number
}

export interface PlacedSource {
  readonly id: string
  /** From `splitOfSource`. */
  readonly split: Split
}

const PLACES = 10_000
const SHARES: SplitShares = { validation: 5, test: 5 }

/**
 * @param shingles what `sourceShingles` gives
 * @example splitOfSource(sourceShingles(text)) // 'train'
 */
export function splitOfSource(shingles: Uint32Array, { validation, test }: SplitShares = SHARES): Split {
  const place = mixBits(shingles.reduce(combineHashes, 0)) % PLACES
  if (place < test * 100) return 'test'
  return place < (test + validation) * 100 ? 'validation' : 'train'
}

/**
 * @param clusters a source that is like no other is a cluster too
 * @example splitsOfClusters([[{ id: '71c0', split: 'test' }, { id: '3fa9', split: 'train' }]]).get('71c0') // 'train'
 */
export function splitsOfClusters(clusters: Iterable<readonly PlacedSource[]>): Map<string, Split> {
  const splits = new Map<string, Split>()
  for (const members of clusters) {
    if (members.length === 0) continue
    const { split } = members.reduce((least, one) => (one.id < least.id ? one : least))
    for (const { id } of members) splits.set(id, split)
  }
  return splits
}
