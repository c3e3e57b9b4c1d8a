/**
 * Groups in, JSON lines out to a file or a stream, one group in memory at a time. A file appears under its name
 * when it is complete: a run that is stopped leaves the file that was there before as it was.
 */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { StoredGroup } from '../records/group-record.ts'
import { explainUnwritten } from './explain-unwritten.ts'
import { groupLine } from './group-line.ts'

/**
 * @param linesOf what is written of a group; by default its one record
 * @returns the number of lines written
 */
export function writeJsonl(
  groups: Iterable<StoredGroup>,
  out: string | Writable,
  linesOf: (group: StoredGroup) => readonly object[] = (group) => [groupLine(group)],
): Promise<number> {
  return writeLines(groups, out, linesOf)
}

/** The same of items of any kind. */
export async function writeLines<Item>(
  items: Iterable<Item>,
  out: string | Writable,
  linesOf: (item: Item) => readonly object[],
): Promise<number> {
  let count = 0
  function* lines(): Generator<string> {
    for (const item of items) {
      for (const line of linesOf(item)) {
        yield `${JSON.stringify(line)}\n`
        count++
      }
    }
  }
  const source = Readable.from(lines(), { highWaterMark: 16 })
  if (typeof out !== 'string') {
    await pipeline(source, out, { end: false })
    return count
  }
  const partial = `${out}.${process.pid}.partial`
  try {
    await pipeline(source, createWriteStream(partial, { flags: 'wx' }))
    await rename(partial, out)
  } catch (error) {
    await rm(partial, { force: true })
    throw explainUnwritten(error, out, 'file')
  }
  return count
}
