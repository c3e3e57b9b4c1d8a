/**
 * The database of translation problems: one SQLite file, of another form than that of groups. What has become of a row
 * of a source is stored at once, so that a killed run goes on where it was; a row is never done twice.
 */
import { existsSync } from 'node:fs'
import { UserError } from '../../base/user-error.ts'
import type { DropReason, ProblemOrigin, ProvenProblem } from '../../records/problem.ts'
import { takeBuildLock } from '../build-lock.ts'
import { type Connection, openConnection } from '../connection.ts'
import type { OpenDatabase } from '../open-database.ts'
import { type DuplicateProblems, duplicatesTable } from './duplicates.ts'
import { type ProblemStats, problemTables, type StoredProblem } from './problem-tables.ts'
import { foreignProblems, isEmptyProblemsFile, migrateProblems } from './problems-schema.ts'
import { saveProblem } from './save-problem.ts'
import { settleDuplicates } from './settle-duplicates.ts'

export interface ProblemsStore {
  /** @throws UserError if the file was made with other options */
  beginRun(config: unknown, content: Readonly<Record<string, unknown>>): void
  finishRun(): void
  isFinished(origin: ProblemOrigin): boolean
  /** Stores it, or a drop where the problem is there already: which of the two is kept in the end, `settle` says. */
  saveProblem(origin: ProblemOrigin, license: string, problem: ProvenProblem): 'stored' | 'duplicate'
  saveDrop(origin: ProblemOrigin, drop: DropReason): void
  /** Of problems that are one under several names, keeps those that do not depend on the order in which they came. */
  settle(): void
  problems(): StoredProblem[]
  /** What the last run was asked for. */
  config(): unknown
  stats(): ProblemStats
  close(): void
}

/** @throws UserError for a file that is not ours, or in use */
export function openProblemsStore(path: string, { readonly }: { readonly readonly: boolean }): ProblemsStore {
  if (readonly && !existsSync(path)) {
    throw new UserError(`${path} does not exist; make it with gepo problems <source> --out ${path}.`)
  }
  const { connection, close } = openProblemsDatabase(path, { readonly })
  return storeOver(connection, close)
}

/** @throws UserError for a file that is not ours, or in use */
export function openProblemsDatabase(
  path: string,
  { readonly }: { readonly readonly: boolean },
): OpenDatabase {
  const connection = openConnection(path, { readonly })
  try {
    const isNew = isEmptyProblemsFile(connection)
    if (isNew && readonly) throw foreignProblems(path)
    const lock = readonly ? undefined : takeBuildLock(path)
    if (!readonly) {
      connection.pragma('journal_mode = WAL')
      // In WAL mode it loses at most the last commits at a power cut, and never damages the file.
      connection.pragma('synchronous = NORMAL')
      migrateProblems(connection)
    }
    return {
      connection,
      close() {
        if (!readonly) connection.pragma('journal_mode = DELETE')
        connection.close()
        lock?.release()
      },
    }
  } catch (error) {
    connection.close()
    throw error
  }
}

function storeOver(db: Connection, close: () => void): ProblemsStore {
  const tables = problemTables(db)
  // Files of the first form, which are only read, have no duplicates.
  let opened: DuplicateProblems | undefined
  const duplicates = () => (opened ??= duplicatesTable(db))
  return {
    beginRun(config, content) {
      const before = tables.lastRun()?.content
      const now = JSON.stringify(content)
      if (before !== undefined && before !== now)
        throw new UserError(
          `${db.path} was made with ${before}, this run has ${now}; use the same options, or another --out.`,
        )
      tables.insertRun(JSON.stringify(config), now)
    },
    finishRun: () => tables.finishRun(tables.lastRun()!.key),
    isFinished: tables.has,
    saveProblem: (origin, license, problem) =>
      db.transaction(() => saveProblem(tables, duplicates(), origin, { ...problem, license })),
    saveDrop: tables.insertDrop,
    settle: () => db.transaction(() => settleDuplicates(tables, duplicates())),
    problems: tables.problems,
    config: () => JSON.parse(tables.lastRun()?.config ?? '{}'),
    stats: tables.stats,
    close,
  }
}
