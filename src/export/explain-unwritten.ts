/** Why an export could not be written, in a sentence with the remedy. Errors of other kinds stay as they are. */
import { UserError } from '../base/user-error.ts'

export function explainUnwritten(error: unknown, path: string, what: 'file' | 'folder'): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined) return error
  const sentences: Record<string, string> = {
    ENOENT: `The folder of ${path} does not exist; make it, or name another ${what}.`,
    EACCES: `${path} cannot be written; make its folder writable, or name another ${what}.`,
    EROFS: `${path} cannot be written, its disk is read-only; name another ${what}.`,
    EISDIR: `${path} is a folder; name a file.`,
    ENOSPC: `The disk that holds ${path} is full; free some space and export again.`,
  }
  const sentence = sentences[code ?? ''] ?? `${path} cannot be written (${code}); name another ${what}.`
  return new UserError(sentence, { cause: error })
}
