/** Turns what the operating system refuses into a sentence that names the remedy. Other errors stay as they are. */
import { UserError } from './user-error.ts'

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** @returns a UserError for known codes, the error itself otherwise. */
export function explainFileError(error: unknown, path: string): unknown {
  const place =
    error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : path
  // A program that cannot be started is for whoever starts it to explain.
  const isSpawn = error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn')
  const remedy = isSpawn ? undefined : remedies[errorCode(error) ?? '']
  return remedy ? new UserError(remedy(place), { cause: error }) : error
}

const remedies: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) =>
    `permission denied for ${path}: give it the missing rights (chmod), or choose another path`,
  EPERM: (path) =>
    `permission denied for ${path}: give it the missing rights (chmod), or choose another path`,
  ENOENT: (path) => `${path} does not exist (any more): check the path`,
  ENOTDIR: (path) => `${path} lies below something that is not a folder: choose another path`,
  EIO: (path) => `${path} cannot be read (input/output error): check the disk it lies on`,
  ENOSPC: (path) => `no space left for ${path}: free some, or choose another disk`,
  EDQUOT: (path) => `the disk quota is used up for ${path}: free some space, or choose another disk`,
  EROFS: (path) => `${path} lies on a read-only file system: choose another place`,
  EMFILE: (path) => `too many open files at ${path}: raise the limit (ulimit -n)`,
  EISDIR: (path) => `${path} is a folder where a file belongs: choose another path`,
  EEXIST: (path) => `${path} is there already, as something else: choose another path`,
  ELOOP: (path) => `${path} is a symbolic link that leads back to itself: remove it`,
}
