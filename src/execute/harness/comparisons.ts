/** What native/harness/comparisons.c leaves in a record; the layout is documented there. */
import { findTrailer } from './find-trailer.ts'

const MAGIC = Buffer.from('GEPOCMP1', 'latin1')
const TAIL_BYTES = 12 + MAGIC.length
const PLACE_BYTES = 24
const FLOAT_KIND = 16

export interface Comparisons {
  readonly numbers: readonly NumberComparison[]
  readonly texts: readonly TextComparison[]
}

/** All that a run compared at one place of the code. */
export interface NumberComparison {
  /** The same in every run of one executable; of no meaning besides. */
  readonly place: number
  readonly kind: 'integer' | 'float'
  /** Bytes of each operand. */
  readonly size: 1 | 2 | 4 | 8
  /** How often the operands were equal. */
  readonly equal: number
  /** Pairs of operands as unsigned bits: the first different ones, then the closest and the last. */
  readonly pairs: readonly (readonly [bigint, bigint])[]
}

export interface TextComparison {
  readonly place: number
  /** The beginnings of both, one char a byte. */
  readonly texts: readonly [string, string]
}

/** Splits a record into what came before the comparisons and these; undefined where there are none. */
export function splitComparisons(record: Uint8Array): {
  record: Uint8Array
  comparisons: Comparisons | undefined
} {
  const found = findTrailer(record, MAGIC, TAIL_BYTES)
  if (found === undefined) return { record, comparisons: undefined }
  const { bytes, tail } = found
  const start = tail - bytes.readUInt32LE(tail + 8)
  if (start < 0) return { record, comparisons: undefined }
  let at = start
  const numbers = Array.from({ length: bytes.readUInt32LE(tail) }, (): NumberComparison => {
    const place = Number(bytes.readBigInt64LE(at))
    const kind = bytes.readUInt32LE(at + 8)
    const equal = bytes.readUInt32LE(at + 12)
    const pairCount = bytes.readUInt32LE(at + 16)
    at += PLACE_BYTES
    const pairs = Array.from({ length: pairCount }, () => {
      const pair = [bytes.readBigUInt64LE(at), bytes.readBigUInt64LE(at + 8)] as const
      at += 16
      return pair
    })
    const size = (kind % FLOAT_KIND) as NumberComparison['size']
    return { place, kind: kind < FLOAT_KIND ? 'integer' : 'float', size, equal, pairs }
  })
  const texts = Array.from({ length: bytes.readUInt32LE(tail + 4) }, (): TextComparison => {
    const place = Number(bytes.readBigInt64LE(at))
    const [a, b] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
    at += 16 + a + b
    return {
      place,
      texts: [bytes.toString('latin1', at - a - b, at - b), bytes.toString('latin1', at - b, at)],
    }
  })
  return { record: bytes.subarray(0, start), comparisons: { numbers, texts } }
}
