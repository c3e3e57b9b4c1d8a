/**
 * The database of groups. Sources, units and outcomes go in, each call one transaction, so that a process killed
 * at any moment leaves whole records only; groups come out by iterators that hold one at a time.
 * Belongs to one thread. One process writes at a time; any number may read beside it.
 */
import type { StoredGroup } from '../records/group-record.ts'
import type { Split } from '../records/split.ts'
import { findContentProblems } from './find-contradiction.ts'
import { openForReading, openForWriting } from './open-database.ts'
import { type GroupReader, openGroupReader } from './read-groups.ts'
import { openRunClock, type RunClock } from './run-clock.ts'
import { type OutcomeSaver, openOutcomeSaver } from './save-outcomes.ts'
import { openSourceSaver, type SourceSaver } from './save-sources.ts'
import { readStats, type Stats } from './stats.ts'
import { openTables } from './tables.ts'

export interface Store extends Omit<RunClock, 'noteSeconds'>, SourceSaver, OutcomeSaver, GroupReader {
  readonly path: string
  /** Options and versions that the file's groups depend on; undefined before the first run. */
  contentConfig(): Readonly<Record<string, unknown>> | undefined
  /** Gives the groups of each source that split; tells how many had another. */
  setSplits(splits: ReadonlyMap<string, Split>): number
  stats(): Stats
  /** What contradicts itself in a stored group: an id or a text that does not fit. Empty for an intact one. */
  contentProblems(group: StoredGroup): string[]
  close(): void
}

/**
 * Opens a database, or makes it when it is not there and `readonly` is not set.
 *
 * @throws UserError where the file is missing, foreign, newer, damaged, not writable or being written by another
 * @example
 * const store = openStore('groups.db', { readonly: true })
 * for (const { group } of store.groups({ split: 'test' })) console.log(group.id)
 * store.close()
 */
export function openStore(path: string, options: { readonly readonly?: boolean } = {}): Store {
  const { connection: db, close } = options.readonly ? openForReading(path) : openForWriting(path)
  const tables = openTables(db)
  const { noteSeconds, ...clock } = openRunClock(tables)
  const reader = openGroupReader(tables)
  return {
    path,
    ...clock,
    ...openSourceSaver(tables),
    ...openOutcomeSaver(tables, { noteSeconds }),
    ...reader,
    contentConfig: () => tables.runs.contentConfig(),
    setSplits: (splits) =>
      db.transaction(() => {
        let moved = 0
        for (const [id, split] of splits) {
          const source = tables.sources.find(id)
          if (source === undefined) throw new Error(`split of source ${id}, which is not stored`)
          moved += tables.groups.setSplit(source.key, split)
        }
        return moved
      }),
    stats: () => readStats(db, reader.contentHash()),
    contentProblems: findContentProblems,
    close,
  }
}
