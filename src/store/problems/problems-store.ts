/**
 * The database of translation problems: one SQLite file, of another form than that of groups. What has become of a row
 * of a source is stored at once, so that a killed run goes on where it was; a row is never done twice.
 */
import { existsSync } from 'node:fs'
import { UserError } from '../../base/user-error.ts'
import type { DropReason, ProblemOrigin, ProvenProblem } from '../../records/problem.ts'
import type { Split } from '../../records/split.ts'
import { takeBuildLock } from '../build-lock.ts'
import { type Connection, openConnection } from '../connection.ts'
import { type ProblemStats, problemTables, type StoredProblem } from './problem-tables.ts'
import { createProblemsSchema, foreignProblems, isEmptyProblemsFile } from './problems-schema.ts'
import { isSameProblem, testHashes } from './same-problem.ts'

export interface ProblemsStore {
  /** @throws UserError if the file was made with other options */
  beginRun(config: unknown, content: Readonly<Record<string, unknown>>): void
  finishRun(): void
  isFinished(origin: ProblemOrigin): boolean
  /** Stores it, or a drop where the problem is there already. */
  saveProblem(origin: ProblemOrigin, license: string, problem: ProvenProblem): 'stored' | 'duplicate'
  saveDrop(origin: ProblemOrigin, drop: DropReason): void
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
  const connection = openConnection(path, { readonly })
  try {
    const isNew = isEmptyProblemsFile(connection)
    if (isNew && readonly) throw foreignProblems(path)
    const lock = readonly ? undefined : takeBuildLock(path)
    if (!readonly) connection.pragma('journal_mode = WAL')
    if (isNew) createProblemsSchema(connection)
    return storeOver(connection, () => {
      if (!readonly) connection.pragma('journal_mode = DELETE')
      connection.close()
      lock?.release()
    })
  } catch (error) {
    connection.close()
    throw error
  }
}

function storeOver(db: Connection, close: () => void): ProblemsStore {
  const tables = problemTables(db)
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
      db.transaction(() => {
        const hashes = testHashes(problem.suite)
        const same = tables.alike(hashes).find((other) => isSameProblem(other, hashes.length))
        if (same !== undefined) {
          tables.insertDrop(origin, { reason: 'duplicate', detail: `has tests of problem ${same.id}` })
          return 'duplicate'
        }
        tables.insertProblem(origin, { ...problem, license, split: splitOf(problem.id) }, hashes)
        return 'stored'
      }),
    saveDrop: tables.insertDrop,
    problems: tables.problems,
    config: () => JSON.parse(tables.lastRun()?.config ?? '{}'),
    stats: tables.stats,
    close,
  }
}

/** One in twenty is for testing, one for validation: by the problem alone, whatever its languages. */
function splitOf(id: string): Split {
  const place = Number.parseInt(id.slice(0, 8), 16) % 100
  return place < 5 ? 'test' : place < 10 ? 'validation' : 'train'
}
