/**
 * A set of shingles in, its MinHash band keys out (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive
 * Datasets, 3.4): two sets of Jaccard similarity J share one band's key with probability J^r, and at least one of
 * all with probability 1 - (1 - J^r)^b.
 */
import { combineHashes, mixBits } from './hash-text.ts'

export const BANDS = 32
/** With 32 bands a pair shares a key at J = 0.5 / 0.7 / 0.8 with probability 0.64 / 0.997 / 0.999997. */
const ROWS = 5

const SALTS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => mixBits(i + 1))

/** One key for each band. Sets without shingles share all keys with each other and, but for chance, with no others. */
export function bandKeys(shingles: Uint32Array): Uint32Array {
  const keys = new Uint32Array(BANDS)
  for (let band = 0; band < BANDS; band++) {
    let key = band
    for (let row = 0; row < ROWS; row++)
      key = combineHashes(key, minHash(shingles, SALTS[band * ROWS + row]!))
    keys[band] = key
  }
  return keys
}

/** Two sets have the same with a probability of their Jaccard similarity. */
function minHash(shingles: Uint32Array, salt: number): number {
  let least = 0xffffffff
  for (const shingle of shingles) {
    const hash = mixBits(shingle ^ salt)
    if (hash < least) least = hash
  }
  return least
}
