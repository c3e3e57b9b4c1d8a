/**
 * The database of groups. Sources, units and outcomes go in, each call one transaction, so that a process killed
 * at any moment leaves whole records only; groups come out by iterators that hold one at a time.
 * Belongs to one thread. One process writes at a time; any number may read beside it.
 */
import { UserError } from '../base/user-error.ts'
import type { StoredGroup } from '../records/group-record.ts'
import type { Split } from '../records/split.ts'
import { withDamageExplained } from './explain-damage.ts'
import { findContentProblems } from './find-contradiction.ts'
import { openForReading, openForWriting } from './open-database.ts'
import { type GroupReader, openGroupReader } from './read-groups.ts'
import { openRunClock, type RunClock } from './run-clock.ts'
import { type OutcomeSaver, openOutcomeSaver } from './save-outcomes.ts'
import { openSourceSaver, type SourceSaver } from './save-sources.ts'
import { settleOwners } from './settle-owners.ts'
import { readStats, type Stats } from './stats.ts'
import { openTables } from './tables.ts'

export interface Store extends Omit<RunClock, 'noteSeconds'>, SourceSaver, OutcomeSaver, GroupReader {
  readonly path: string
  /** Options and versions that the file's groups depend on; undefined before the first run. */
  contentConfig(): Readonly<Record<string, unknown>> | undefined
  /** Gives what several places or sources have in common to one of them, whatever the order in which they came. */
  settleOwners(): void
  /** Gives the groups of each source that split; tells how many had another. */
  setSplits(splits: ReadonlyMap<string, Split>): number
  stats(): Stats
  /** What contradicts itself in a stored group: an id or a text that does not fit. Empty for an intact one. */
  contentProblems(group: StoredGroup): string[]
  /**
   * The group, to hand on.
   * @throws UserError where it contradicts itself
   */
  intact(group: StoredGroup): StoredGroup
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
  const store: Store = {
    path,
    ...clock,
    ...openSourceSaver(tables),
    ...openOutcomeSaver(tables, { noteSeconds }),
    ...reader,
    contentConfig: () => tables.runs.contentConfig(),
    settleOwners: () => settleOwners(db),
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
    intact(stored) {
      const [problem] = findContentProblems(stored)
      if (problem === undefined) return stored
      throw new UserError(
        `Group ${stored.group.id.slice(0, 12)} of ${path} was changed after it was stored (${problem}); restore the file from a copy, or build it anew.`,
      )
    },
    close,
  }
  return withDamageExplained(path, store, READING)
}

const READING = [
  ...(['groupCount', 'groups', 'group', 'findGroup', 'intact', 'pool', 'source', 'groupedSources'] as const),
  ...([
    'contentHash',
    'contentConfig',
    'stats',
    'contentProblems',
    'pendingUnits',
    'finishedUnitCount',
  ] as const),
]
