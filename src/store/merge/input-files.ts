/** Paths of databases to merge in, the files out: each once, in an order of their own, whatever the order they came in. */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { explainFileError } from '../../base/explain-file-error.ts'
import { UserError } from '../../base/user-error.ts'
import { type BuildLock, takeBuildLock } from '../build-lock.ts'

export interface InputFile {
  /** As it was given. */
  readonly path: string
  /** Whether it is what there is under the name of the output. */
  readonly isOut: boolean
  /** What tells whether it is still the same. */
  readonly file: { readonly path: string; readonly bytes: number; readonly modifiedMs: number }
}

/** @throws UserError where one cannot be looked at */
export function findInputFiles(paths: readonly string[], out: string): InputFile[] {
  const files = new Map<string, InputFile>()
  const outPath = existsSync(out) ? realpathSync(out) : undefined
  for (const path of outPath === undefined ? paths : [...paths, out]) {
    const file = look(path)
    if (!files.has(file.path)) files.set(file.path, { path, isOut: file.path === outPath, file })
  }
  return [...files.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1))
}

function look(path: string): InputFile['file'] {
  try {
    const real = realpathSync(path)
    const { size, mtimeMs } = statSync(real)
    return { path: real, bytes: size, modifiedMs: mtimeMs }
  } catch (error) {
    throw explainFileError(error, path)
  }
}

/**
 * Keeps others from writing an input.
 *
 * @throws UserError where somebody writes it now
 */
export function lockInput(path: string): BuildLock | undefined {
  // Whoever writes a database has a lock beside it: where there is none, a read-only folder needs none.
  return existsSync(`${path}.lock`) ? takeBuildLock(path) : undefined
}

export const unfinishedInput = (path: string, why: string) =>
  new UserError(
    `${path} is unfinished (${why}); run the command that makes it to its end, or give --allow-unfinished to take what is there.`,
  )
