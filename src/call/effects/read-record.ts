/** The bytes that native/harness/call.c wrote in, its objects out. The format is described there; no types here. */

export interface CallRecord {
  /** The function ended the process by exit. */
  readonly exited: boolean
  /** The changes did not fit the record; there are no objects. */
  readonly tooLong: boolean
  readonly objects: readonly MemoryObject[]
}

export interface MemoryObject {
  readonly kind: 'result' | 'block' | 'global' | 'allocated' | 'text'
  /** Of the block in the input or of the global in the plan. */
  readonly index: number
  readonly freed: boolean
  /** The byte that allocated memory held before the function wrote to it. */
  readonly pattern: number
  readonly address: bigint
  readonly size: number
  readonly ranges: readonly MemoryRange[]
}

export interface MemoryRange {
  readonly offset: number
  readonly before: Uint8Array | null
  readonly after: Uint8Array
  /** 1 where MSan holds the byte for uninitialised; null when it holds none for that. */
  readonly uninitialized: Uint8Array | null
}

const KINDS = ['result', 'block', 'global', 'allocated', 'text'] as const
const HEADER_BYTES = 16

/**
 * @returns undefined when the bytes are no complete record: the process ended without writing one, or a unit with
 * undefined behaviour has written over it. Bytes after the record are not looked at.
 */
export function readRecord(bytes: Uint8Array): CallRecord | undefined {
  try {
    return readComplete(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** @throws RangeError where the record says that more follows than does */
function readComplete(bytes: Uint8Array): CallRecord | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < HEADER_BYTES || buffer.toString('latin1', 0, 8) !== 'GEPOREC1') return undefined
  const length = buffer.readUInt32LE(8)
  if (length > buffer.length) return undefined
  const flags = buffer.readUInt32LE(12)
  const objects: MemoryObject[] = []
  let at = HEADER_BYTES
  const part = (size: number): Uint8Array => {
    if (size > length - at) throw new RangeError('a part that is not there')
    at += size
    return buffer.subarray(at - size, at)
  }
  while (at < length) {
    const [kind, freed, pattern] = [buffer[at]!, buffer[at + 1]! === 1, buffer[at + 2]!]
    const index = buffer.readUInt32LE(at + 4)
    const address = buffer.readBigUInt64LE(at + 8)
    const size = Number(buffer.readBigUInt64LE(at + 16))
    const rangeCount = buffer.readUInt32LE(at + 24)
    at += 32
    const ranges: MemoryRange[] = []
    for (let range = 0; range < rangeCount; range++) {
      const offset = Number(buffer.readBigUInt64LE(at))
      const rangeLength = buffer.readUInt32LE(at + 8)
      const rangeFlags = buffer.readUInt32LE(at + 12)
      at += 16
      const before = rangeFlags & 1 ? part(rangeLength) : null
      const after = part(rangeLength)
      if (offset + rangeLength > size) return undefined
      ranges.push({ offset, before, after, uninitialized: rangeFlags & 2 ? part(rangeLength) : null })
    }
    const kindName = KINDS[kind]
    if (kindName === undefined) return undefined
    objects.push({ kind: kindName, index, freed, pattern, address, size, ranges })
  }
  return { exited: (flags & 1) !== 0, tooLong: (flags & 2) !== 0, objects }
}
