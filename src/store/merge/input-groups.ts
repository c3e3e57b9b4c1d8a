/** A database of groups that is to be merged, opened to be read as it is at one moment, whoever writes it meanwhile. */
import type { Connection } from '../connection.ts'
import { openForReading } from '../open-database.ts'
import { unfinishedInput } from './input-files.ts'
import { hasUnfinishedRun, readRuns, type StoredRun } from './read-runs.ts'

export function openSnapshot(path: string): { readonly connection: Connection; close(): void } {
  const { connection, close } = openForReading(path)
  connection.exec('BEGIN')
  return { connection, close }
}

export interface GroupsInput {
  readonly path: string
  readonly runs: readonly StoredRun[]
  readonly units: number
}

/** @throws UserError for what is no database of groups, or unfinished unless that is allowed */
export function inspectGroups(
  path: string,
  { allowUnfinished }: { readonly allowUnfinished: boolean },
): GroupsInput {
  const { connection, close } = openSnapshot(path)
  try {
    const number = (sql: string) => connection.prepare<{ n: number }>(sql).get()!.n
    const runs = readRuns(connection)
    if (!allowUnfinished) {
      const pending = number("SELECT count(*) AS n FROM units WHERE state = 'pending'")
      const unread = number('SELECT count(*) AS n FROM sources WHERE extracted = 0')
      if (pending > 0) throw unfinishedInput(path, `${pending} of its units are still to do`)
      if (unread > 0) throw unfinishedInput(path, `${unread} of its sources are still to do`)
      if (runs.length === 0) throw unfinishedInput(path, 'no build has written it')
      if (hasUnfinishedRun(runs))
        throw unfinishedInput(path, 'its build was stopped before all sources were read')
    }
    return { path, runs, units: number('SELECT count(*) AS n FROM units') }
  } finally {
    close()
  }
}
