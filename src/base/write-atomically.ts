/** A file or a folder that appears under its name whole or not at all, whenever the process or the machine dies. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

export function writeFileAtomically(path: string, content: string): void {
  const partial = `${path}.partial`
  writeFileSync(partial, content)
  flush(partial)
  renameSync(partial, path)
  flush(dirname(path))
}

/** @param fill makes the contents in a folder that it is given; `path` itself must not be there yet */
export async function writeFolderAtomically(
  path: string,
  fill: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  await fill(partial)
  for (const entry of readdirSync(partial, { recursive: true, withFileTypes: true })) {
    flush(join(entry.parentPath, entry.name))
  }
  flush(partial)
  renameSync(partial, path)
  flush(dirname(path))
}

/** Waits until the disk has it. */
function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
