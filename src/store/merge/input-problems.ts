/** A database of translation problems that is to be merged, opened to be read as it is at one moment. */
import { UserError } from '../../base/user-error.ts'
import type { Connection } from '../connection.ts'
import { isNewestProblemsForm } from '../problems/problems-schema.ts'
import { openProblemsDatabase } from '../problems/problems-store.ts'
import { unfinishedInput } from './input-files.ts'

/** A row of the table of runs, but its key. */
export interface ProblemsRun {
  readonly config: string
  readonly content: string
  readonly started_at: string
  readonly finished_at: string | null
}

export interface ProblemsInput {
  readonly path: string
  readonly runs: readonly ProblemsRun[]
  readonly rows: number
}

/** @throws UserError for a form that does not keep what merging takes */
export function openProblemsSnapshot(path: string): { readonly connection: Connection; close(): void } {
  const opened = openProblemsDatabase(path, { readonly: true })
  if (!isNewestProblemsForm(opened.connection)) {
    opened.close()
    throw new UserError(
      `${path} was made by an older gepo; gepo problems with the same options brings it up to date.`,
    )
  }
  opened.connection.exec('BEGIN')
  return opened
}

/** @throws UserError for what is no database of problems, or unfinished unless that is allowed */
export function inspectProblems(
  path: string,
  { allowUnfinished }: { readonly allowUnfinished: boolean },
): ProblemsInput {
  const { connection, close } = openProblemsSnapshot(path)
  try {
    const runs = connection
      .prepare<ProblemsRun>('SELECT config, content, started_at, finished_at FROM runs ORDER BY key')
      .all()
    if (!allowUnfinished && runs.at(-1)?.finished_at == null)
      throw unfinishedInput(path, 'its last run was stopped before all rows were read')
    const { rows } = connection
      .prepare<{ rows: number }>(
        'SELECT (SELECT count(*) FROM problems) + (SELECT count(*) FROM drops) AS rows',
      )
      .get()!
    return { path, runs, rows }
  } finally {
    close()
  }
}

/** Adds those that are not there, the earliest first. */
export function saveProblemsRuns(to: Connection, runs: readonly ProblemsRun[]): void {
  const insert = to.prepare(
    `INSERT INTO runs (config, content, started_at, finished_at) SELECT ?, ?, ?, ?
     WHERE NOT EXISTS (
       SELECT 1 FROM runs WHERE config = ? AND content = ? AND started_at = ? AND finished_at IS ?
     )`,
  )
  const order = (run: ProblemsRun) => JSON.stringify([run.started_at, run])
  to.transaction(() => {
    for (const run of runs.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
      const values = [run.config, run.content, run.started_at, run.finished_at]
      insert.run(...values, ...values)
    }
  })
}
