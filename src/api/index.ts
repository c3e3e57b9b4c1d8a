/**
 * `gepo`: groups are built, read and exported. The other entries are `gepo/sources`, `gepo/verify`, `gepo/judge` and
 * `gepo/train`; docs/api.md has an example of each. Nothing here prints or ends the process.
 *
 * What works is loaded by the first call that needs it, in all entries: to import one costs little.
 */
import type { BuildConfigInput } from '../pipeline/build-config.ts'
import type { BuildEvent, BuildSummary } from '../pipeline/events.ts'
import { openStore } from '../store/store.ts'
import { fullWatch, type Watch } from './watch.ts'

export { UserError } from '../base/user-error.ts'
export { writeJsonl } from '../export/write-jsonl.ts'
export type { BuildConfigInput } from '../pipeline/build-config.ts'
export type { BuildEvent, BuildSummary } from '../pipeline/events.ts'
export type {
  GroupRecord,
  Loser,
  StoredGroup,
  UnitOutcome,
  Winner,
  Witness,
} from '../records/group-record.ts'
export type { CallInput, Input, StdinInput } from '../records/input.ts'
export { LEVELS, type Level } from '../records/level.ts'
export type { Mutant } from '../records/mutant.ts'
export type { Source } from '../records/source.ts'
export { SPLITS, type Split } from '../records/split.ts'
export type { Unit } from '../records/unit.ts'
export type { GroupSelection } from '../store/read-groups.ts'
export type { Stats } from '../store/stats.ts'
export { openStore, type Store } from '../store/store.ts'
export type { Watch } from './watch.ts'

/**
 * Builds groups from C sources into a database, or goes on where an earlier call on that database stopped.
 *
 * @param sources folders, globs, C, JSONL or Parquet files, or data sets of the Hugging Face hub (`hf:...`)
 * @param out the database to make, or to go on with
 * @param config the options of `gepo build` by name
 * @throws UserError for sources or options that cannot be used, and where the database is of other options
 * @example await buildGroups(['programs/'], 'groups.db', { unit: 'function', levels: ['O0', 'O2'], seed: 1 })
 */
export async function buildGroups(
  sources: readonly string[],
  out: string,
  config: BuildConfigInput = {},
  watch: Watch<BuildEvent> = {},
): Promise<BuildSummary> {
  const { parseBuildConfig } = await import('../pipeline/build-config.ts')
  const { compileWorkerFor } = await import('../execute/choose-compiler.ts')
  const { build } = await import('../pipeline/build.ts')
  const parsed = parseBuildConfig(config)
  // What is refused is refused before there is a database.
  compileWorkerFor(parsed.compiler)
  const store = openStore(out)
  try {
    const { report, signal } = fullWatch(watch)
    return await build(parsed, sources, store, { report }, signal)
  } finally {
    store.close()
  }
}
