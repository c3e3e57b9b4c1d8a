/**
 * Splits a byte stream at LF, the lines of a stretch at a time. Memory is bounded: a line above `maxBytes` leaves as
 * `bytes: undefined`, its content thrown away as it passes. (node:readline would collect such a line whole.) Lines of
 * nothing but white space are counted and do not leave.
 */
export interface Line {
  /** Counts from 1. */
  readonly number: number
  readonly bytes: Buffer | undefined
}

export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line[]> {
  let parts: Buffer[] = []
  let length = 0
  let isBlank = true
  let number = 0
  const append = (part: Buffer) => {
    length += part.length
    isBlank &&= holdsBlanks(part)
    if (isBlank) return
    if (length <= maxBytes) parts.push(part)
    else parts = []
  }
  const finish = (lines: Line[]) => {
    number += 1
    if (!isBlank) lines.push({ number, bytes: length <= maxBytes ? Buffer.concat(parts) : undefined })
    parts = []
    length = 0
    isBlank = true
  }
  for await (const chunk of chunks) {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      // Most lines of a hostile file are empty: nothing is made for those.
      if (end > start) append(chunk.subarray(start, end))
      finish(lines)
      start = end + 1
    }
    if (start < chunk.length) append(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  const last: Line[] = []
  if (length > 0) finish(last)
  if (last.length > 0) yield last
}

const LF = 0x0a
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d])

function holdsBlanks(bytes: Buffer): boolean {
  return bytes.every((byte) => BLANKS.has(byte))
}
