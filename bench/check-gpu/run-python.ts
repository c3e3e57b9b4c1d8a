/** A Python program beside the parts, run by a part: what it tells and its own words are the part's, at once. */
import { join } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../../src/base/user-error.ts'

/**
 * @param python the program
 * @param script in the folder of the parts
 * @throws UserError where it cannot be started or fails, after its own words
 */
export async function runPython(
  python: string,
  script: string,
  args: readonly string[],
  input?: string,
): Promise<void> {
  const { failed, exitCode, signal, code } = await execa(
    python,
    [join(import.meta.dirname, 'parts', script), ...args],
    {
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
      stdout: 'inherit',
      stderr: 'inherit',
      reject: false,
    },
  )
  if (!failed) return
  if (exitCode === undefined && signal === undefined) {
    throw new UserError(`${python} cannot be started (${code}): name a Python that has PyTorch by --python.`)
  }
  throw new UserError(`${script} ended with ${signal ?? `exit code ${exitCode}`}; its own words are above.`)
}
