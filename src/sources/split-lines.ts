/**
 * Splits a byte stream at LF. Memory is bounded: a line above `maxBytes` leaves as `bytes: undefined`, its content
 * thrown away as it passes. (node:readline would collect such a line whole.)
 */
export interface Line {
  /** Counts from 1. */
  readonly number: number
  readonly bytes: Buffer | undefined
}

export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let length = 0
  let number = 0
  const append = (part: Buffer) => {
    length += part.length
    if (length <= maxBytes) parts.push(part)
    else parts = []
  }
  const finish = (): Line => {
    number += 1
    const line = { number, bytes: length <= maxBytes ? Buffer.concat(parts) : undefined }
    parts = []
    length = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      append(chunk.subarray(start, end))
      yield finish()
      start = end + 1
    }
    append(chunk.subarray(start))
  }
  if (length > 0) yield finish()
}
