/**
 * Files that belong to something bigger: a model's folder, a run's. A pipe or a device in the place of one could keep its
 * reader waiting for ever, or give it more than memory holds, and is refused.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK
const REFUSAL = 'it is no regular file'

/** @throws Error that says why it cannot be read */
export async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Error(REFUSAL)
}

/** @throws Error that says why it cannot be read */
export function readRegularText(path: string): string {
  const descriptor = openSync(path, FLAGS)
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(REFUSAL)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

export const isRegularFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true
