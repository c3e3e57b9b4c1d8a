/**
 * Shingle sets in, clusters of near-duplicates out: two sets that share a MinHash band key and have the least
 * Jaccard similarity are in one cluster, and so is all that hangs together by such pairs. Depends on the sets and
 * their order alone.
 *
 * Memory: 140 bytes a set (128 for its band keys, 12 for the order and the clusters), 48 MB for 341,000, and as much
 * as three times that again for sorting; the sets themselves are asked for, again where two are compared, and are the
 * caller's to keep or to make anew.
 *
 * Not guaranteed: of the pairs with a similarity of exactly 0.7 three in a thousand are missed, of higher ones fewer
 * (see band-keys.ts), and of a bucket only the 64 sets before a set are compared with it.
 */
import { BANDS, bandKeys } from './band-keys.ts'
import { jaccard } from './source-shingles.ts'

export interface Clustering {
  readonly count: number
  /** The set with that index, from 0 to `count` - 1: ascending and distinct, the same each time. */
  readonly shinglesOf: (index: number) => Uint32Array
  readonly leastSimilarity?: number
}

const LEAST_SIMILARITY = 0.7
/** Keeps the work linear where very many sets share a key. */
const REACH = 64
/** Sets of a bucket kept at a time. */
const KEPT_SETS = 4096

/**
 * For each index its cluster's smallest index.
 *
 * @example clusterSources({ count: 3, shinglesOf: (i) => sourceShingles(texts[i]!) }) // Int32Array [0, 1, 0]
 */
export function clusterSources(clustering: Clustering): Int32Array {
  const { count, shinglesOf, leastSimilarity = LEAST_SIMILARITY } = clustering
  const keys = new Uint32Array(count * BANDS)
  for (let index = 0; index < count; index++) keys.set(bandKeys(shinglesOf(index)), index * BANDS)
  const clusters = createClusters(count)
  for (let band = 0; band < BANDS; band++) {
    for (const bucket of buckets(count, (index) => keys[index * BANDS + band]!))
      joinAlike(bucket, clusters, shinglesOf, leastSimilarity)
  }
  return clusters.roots()
}

/** Indices with equal keys, ascending; those that are alone are left out. */
function* buckets(count: number, keyOf: (index: number) => number): Generator<Uint32Array> {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  order.sort((a, b) => keyOf(a) - keyOf(b) || a - b)
  for (let start = 0, end = 0; start < count; start = end) {
    while (end < count && keyOf(order[end]!) === keyOf(order[start]!)) end++
    if (end - start > 1) yield order.subarray(start, end)
  }
}

function joinAlike(
  bucket: Uint32Array,
  clusters: Clusters,
  shinglesOf: (index: number) => Uint32Array,
  leastSimilarity: number,
): void {
  const kept = new Map<number, Uint32Array>()
  const setOf = (index: number) => {
    let set = kept.get(index)
    if (set === undefined) {
      set = shinglesOf(index)
      if (kept.size >= KEPT_SETS) kept.clear()
      kept.set(index, set)
    }
    return set
  }
  for (let at = 1; at < bucket.length; at++) {
    const member = bucket[at]!
    for (const other of bucket.subarray(Math.max(0, at - REACH), at)) {
      if (clusters.root(member) === clusters.root(other)) continue
      if (jaccard(setOf(member), setOf(other)) >= leastSimilarity) clusters.join(member, other)
    }
  }
}

interface Clusters {
  root(index: number): number
  join(a: number, b: number): void
  roots(): Int32Array
}

/** Union-find whose root is a cluster's smallest index, with path halving. */
function createClusters(count: number): Clusters {
  const parent = Int32Array.from({ length: count }, (_, index) => index)
  const root = (index: number) => {
    let at = index
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }
  return {
    root,
    join(a, b) {
      const [first, second] = [root(a), root(b)]
      parent[Math.max(first, second)] = Math.min(first, second)
    },
    roots: () => parent.map((_, index) => root(index)),
  }
}
