/**
 * Bytes of an object in memory, and what is known of each of them: what it was before the call, whether it was ever
 * written. Offsets count from the start of the object.
 */
import type { LValue } from '../lvalue.ts'
import type { MemoryRange } from './read-record.ts'

export interface View {
  /** Where `bytes[0]` lies in the object. */
  readonly at: number
  readonly bytes: Uint8Array
  readonly before: Uint8Array | null
  /** 1 where MSan holds the byte for uninitialised. */
  readonly uninitialized: Uint8Array | null
  /** What allocated memory held before it was written; null where everything was written. */
  readonly pattern: number | null
}

export const viewOf = (range: MemoryRange, pattern: number | null): View => ({
  at: range.offset,
  bytes: range.after,
  before: range.before,
  uninitialized: range.uninitialized,
  pattern,
})

/** The view with at least `size` bytes; those that it did not have hold the pattern. */
export function padded(view: View, size: number, pattern: number): View {
  if (view.bytes.length >= size) return view
  const bytes = new Uint8Array(size).fill(pattern)
  bytes.set(view.bytes)
  return { ...view, bytes }
}

/** The view from an offset on, which becomes its offset 0. */
export const viewFrom = (view: View, offset: number): View => ({
  ...view,
  at: 0,
  bytes: view.bytes.subarray(offset - view.at),
  uninitialized: view.uninitialized?.subarray(offset - view.at) ?? null,
})

export const isInside = (view: View, offset: number, size: number): boolean =>
  offset >= view.at && offset + size <= view.at + view.bytes.length

/** Whether a byte differs from what it was before the call. */
export function isChanged(view: View, offset: number, size: number): boolean {
  const start = offset - view.at
  for (let at = start; at < start + size; at++) if (view.bytes[at] !== view.before![at]) return true
  return false
}

/** All bytes still hold what allocated memory is filled with. */
export function isUntouched(view: View, offset: number, size: number): boolean {
  if (view.pattern === null) return false
  for (let at = offset - view.at; at < offset - view.at + size; at++)
    if (view.bytes[at] !== view.pattern) return false
  return true
}

/** Each byte is zero or untouched: callers cannot rely on there being anything. */
export function isBlank(view: View, offset: number, size: number): boolean {
  for (let at = offset - view.at; at < offset - view.at + size; at++) {
    if (view.bytes[at] !== 0 && view.bytes[at] !== view.pattern) return false
  }
  return true
}

/** Of `count` elements from offset 0 on, how many there are up to the last one that is not blank. */
export function writtenElements(view: View, count: number, size: number): number {
  let written = count
  while (written > 0 && isBlank(view, (written - 1) * size, size)) written--
  return written
}

/** Ends a walk from any depth; `decodeRecord` turns it into a value. */
export class Uninitialized extends Error {
  readonly path: string
  constructor(path: string) {
    super(path)
    this.path = path
  }
}

/** @throws Uninitialized where MSan holds a byte for uninitialised */
export function checkInitialized(view: View, offset: number, size: number, place: LValue): void {
  if (view.uninitialized === null) return
  for (let at = offset - view.at; at < offset - view.at + size; at++) {
    if (view.uninitialized[at] === 1) throw new Uninitialized(place.text)
  }
}
