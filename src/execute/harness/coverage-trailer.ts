/** What native/harness/coverage.c leaves at the end of a run's record; the layout is documented there. */
import { findTrailer } from './find-trailer.ts'

const MAGIC = Buffer.from('GEPOCOV1', 'latin1')
const TAIL_BYTES = 4 + 4 + 8 + 4 + MAGIC.length

export interface CoverageTrailer {
  readonly hits: Uint8Array
  /** The input that was made up for this run, one char a byte. */
  readonly stdin: string
  readonly edgesTaken: number
  readonly outOfFuel: boolean
}

/** Splits a record into what came before the trailer and the trailer; undefined where there is no whole one. */
export function splitCoverage(record: Uint8Array): {
  record: Uint8Array
  trailer: CoverageTrailer | undefined
} {
  const found = findTrailer(record, MAGIC, TAIL_BYTES)
  if (found === undefined) return { record, trailer: undefined }
  const { bytes, tail } = found
  const edgeCount = bytes.readUInt32LE(tail)
  const textLength = bytes.readUInt32LE(tail + 4)
  const start = tail - edgeCount - textLength
  if (start < 0) return { record, trailer: undefined }
  return {
    record: bytes.subarray(0, start),
    trailer: {
      hits: Uint8Array.from(bytes.subarray(start, start + edgeCount)),
      stdin: bytes.toString('latin1', start + edgeCount, tail),
      edgesTaken: Number(bytes.readBigUInt64LE(tail + 8)),
      outOfFuel: bytes.readUInt32LE(tail + 16) === 1,
    },
  }
}
