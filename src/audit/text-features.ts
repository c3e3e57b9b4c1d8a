/**
 * Token sequences in, a sparse matrix of hashed n-gram counts out, five bytes for each distinct n-gram of a text.
 */
import { combineHashes, hashText } from './hash-text.ts'

/** The longest n-gram, in tokens; the shortest is 1. */
const LONGEST = 3
const BUCKET_BITS = 18
/** Columns of every matrix; n-grams that share one are one feature. */
export const BUCKETS = 2 ** BUCKET_BITS

/** Compressed sparse rows: row i is entries `starts[i]` to `starts[i + 1]`. */
export interface FeatureMatrix {
  readonly rows: number
  readonly starts: Float64Array
  readonly buckets: Uint32Array
  /** How often, 255 at most. */
  readonly counts: Uint8Array
}

/** The n-grams that begin at each token, with the buckets they fall into. */
export function forEachNgram(
  tokens: readonly string[],
  visit: (bucket: number, start: number, length: number) => void,
): void {
  const hashes = tokens.map(hashText)
  for (let start = 0; start < hashes.length; start++) {
    let hash = 0
    for (let length = 1; length <= LONGEST && start + length <= hashes.length; length++) {
      hash = combineHashes(hash, hashes[start + length - 1]!)
      visit(hash >>> (32 - BUCKET_BITS), start, length)
    }
  }
}

export interface FeatureBuilder {
  addRow(tokens: readonly string[]): void
  build(): FeatureMatrix
}

export function createFeatureBuilder(): FeatureBuilder {
  const starts = [0]
  let buckets = new Uint32Array(1 << 16)
  let counts = new Uint8Array(1 << 16)
  let used = 0
  const reserve = (more: number) => {
    if (used + more <= buckets.length) return
    const size = Math.max(buckets.length * 2, used + more)
    const [wider, longer] = [new Uint32Array(size), new Uint8Array(size)]
    wider.set(buckets)
    longer.set(counts)
    buckets = wider
    counts = longer
  }
  return {
    addRow(tokens) {
      const row = new Map<number, number>()
      forEachNgram(tokens, (bucket) => row.set(bucket, (row.get(bucket) ?? 0) + 1))
      reserve(row.size)
      for (const [bucket, count] of row) {
        buckets[used] = bucket
        counts[used++] = Math.min(255, count)
      }
      starts.push(used)
    },
    build: () => ({
      rows: starts.length - 1,
      starts: Float64Array.from(starts),
      buckets: buckets.subarray(0, used),
      counts: counts.subarray(0, used),
    }),
  }
}
