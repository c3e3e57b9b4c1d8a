/** A record of a run in, where what the harness put behind it lies: its fixed last bytes end with a mark. */

export interface Trailer {
  readonly bytes: Buffer
  /** Where the fixed bytes begin; what has no fixed length lies before them. */
  readonly tail: number
}

/** Undefined where the record does not end with the mark. */
export function findTrailer(record: Uint8Array, mark: Buffer, tailBytes: number): Trailer | undefined {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const tail = bytes.length - tailBytes
  return tail >= 0 && bytes.subarray(bytes.length - mark.length).equals(mark) ? { bytes, tail } : undefined
}
