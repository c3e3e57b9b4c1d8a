/**
 * What is compiled outside of boxes, once for a judge, into the folder that they share: texts of the judge's and the
 * system's own, never an answer's.
 */
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Workshop } from '../workshop.ts'

/** @returns undefined where it ended well, else what it said */
export async function compileOutside(
  [file, ...args]: readonly string[],
  closing: AbortSignal,
): Promise<string | undefined> {
  // Loaded here: whoever only reads answers needs the languages and starts nothing.
  const { execa } = await import('execa')
  // A group of its own, as the compiler proper is often a child, and outlives its parent.
  const compiling = execa(file!, args, { reject: false, stdin: 'ignore', detached: true })
  const stop = () => {
    try {
      process.kill(-compiling.pid!, 'SIGKILL')
    } catch {
      // It has just ended, or never began.
    }
  }
  closing.addEventListener('abort', stop, { once: true })
  const run = await compiling
  closing.removeEventListener('abort', stop)
  return run.failed ? `${basename(file!)}: ${run.stderr || run.shortMessage}` : undefined
}

/**
 * A language's caller, into a folder of its own.
 *
 * @param commandsFor by the folder's path
 */
export async function compileCaller(
  { fence, closing }: Workshop,
  folder: string,
  commandsFor: (folder: string) => readonly (readonly string[])[],
): Promise<{ readonly failure: string | undefined }> {
  const path = join(fence.supportFolder, folder)
  mkdirSync(path, { recursive: true })
  for (const command of commandsFor(path)) {
    const failure = await compileOutside(command, closing)
    if (failure !== undefined) return { failure }
  }
  return { failure: undefined }
}
