/** `gepo/verify`: two pieces of code are compared by running them, and stored groups are proven again. */
import type { Compiler } from '../execute/choose-compiler.ts'
import type { VerifyEvent, VerifySummary } from '../pipeline/events.ts'
import type { VersionFile } from '../verify/read-version.ts'
import type { VerifyFiles, VerifyFilesOptions } from '../verify/verify-files.ts'
import { fullWatch, type Watch } from './watch.ts'

export { UserError } from '../base/user-error.ts'
export type { Compiler } from '../execute/choose-compiler.ts'
export type { VerifyEvent, VerifyFinding, VerifySummary } from '../pipeline/events.ts'
export type { AliveAnswer, AliveReport } from '../verify/ask-alive.ts'
export type { VersionFile } from '../verify/read-version.ts'
export type { VerifyFilesOptions } from '../verify/verify-files.ts'
export type { EdgeCount, PairVerdict, PairWitness, UnitVerdict } from '../verify/verify-pair.ts'
export type { Watch } from './watch.ts'

/**
 * Compares two C or IR files, each given by its path, or by a name and the content.
 *
 * @example
 * const { verdict, witness } = await compareFiles('before.c', 'after.ll', { function: 'parse', inputs: 10_000 })
 * @throws UserError for files that cannot be read, or have nothing in common to compare
 */
export async function compareFiles(
  a: string | VersionFile,
  b: string | VersionFile,
  options: VerifyFilesOptions = {},
): ReturnType<VerifyFiles> {
  const { verifyFiles } = await import('../verify/verify-files.ts')
  return verifyFiles([a, b], options)
}

export interface VerifyDatabaseOptions {
  /** Prove that many groups, drawn by `seed`; default all. */
  readonly sample?: number | undefined
  readonly seed?: number | undefined
  /** Worker threads; default as many as there are cores. */
  readonly jobs?: number | undefined
  /** Default: `worker` where it works. */
  readonly compiler?: Compiler | undefined
}

/**
 * Proves the groups of a database again from its own contents.
 *
 * @example
 * const { proven, failures } = await verifyDatabase('groups.db', { sample: 100 })
 * @throws UserError where the database cannot be read
 */
export async function verifyDatabase(
  path: string,
  options: VerifyDatabaseOptions = {},
  watch: Watch<VerifyEvent> = {},
): Promise<VerifySummary> {
  const { availableParallelism } = await import('node:os')
  const { defaultCompiler } = await import('../execute/choose-compiler.ts')
  const { openStore } = await import('../store/store.ts')
  const { verifyGroups } = await import('../pipeline/verify-groups.ts')
  const { sample, seed = 0, jobs = availableParallelism(), compiler = defaultCompiler() } = options
  const store = openStore(path, { readonly: true })
  try {
    const { report, signal } = fullWatch(watch)
    return await verifyGroups(store, { sample, seed, jobs, compiler }, { report }, signal)
  } finally {
    store.close()
  }
}
