/** Source files on disk enter, raw items leave. At most `maxBytes` + 1 bytes of a file are ever read. */
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '../base/explain-file-error.ts'
import { UserError } from '../base/user-error.ts'
import type { ContainerLabel, RawContent, RawItem } from './raw-item.ts'

/** One item a file; `row` is the file's name below its folder. */
export function* readTextFiles(
  files: readonly { readonly path: string; readonly name: string }[],
  label: ContainerLabel,
  maxBytes: number,
): Generator<RawItem> {
  for (const { path, name } of files) {
    const { dataset, split, license } = label
    yield { dataset, split, row: name, license, load: () => readTextFile(path, maxBytes) }
  }
}

/** Reads a file that the user named: failing is the user's error, not an item to drop. */
export async function readNamedTextFile(path: string, maxBytes: number): Promise<RawContent> {
  const content = await readTextFile(path, maxBytes)
  if (content.kind !== 'dropped' || content.reason !== 'unreadable') return content
  throw new UserError(`${path} cannot be read (${content.detail}): check its permissions`)
}

async function readTextFile(path: string, maxBytes: number): Promise<RawContent> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    const stats = await handle.stat()
    if (!stats.isFile()) return { kind: 'dropped', reason: 'unreadable', detail: 'not a regular file' }
    if (stats.size > maxBytes) return tooLarge(stats.size, maxBytes)
    return await readAtMost(handle, stats.size, maxBytes)
  } catch (error) {
    const code = errorCode(error)
    if (code === undefined) throw error
    return { kind: 'dropped', reason: 'unreadable', detail: code }
  } finally {
    await handle?.close()
  }
}

/** Reads to the end even where `stat` told too small a size (a growing file, /proc). */
async function readAtMost(handle: FileHandle, sizeHint: number, maxBytes: number): Promise<RawContent> {
  let buffer = Buffer.alloc(Math.min(sizeHint, maxBytes) + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) return { kind: 'bytes', bytes: buffer.subarray(0, length) }
    length += bytesRead
    if (length > maxBytes) return tooLarge(length, maxBytes)
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)])
  }
}

function tooLarge(bytes: number, maxBytes: number): RawContent {
  return { kind: 'dropped', reason: 'too-large', detail: `${bytes} bytes or more, the limit is ${maxBytes}` }
}
