/** A connection in, all tables of the database of groups out, each over those that it refers to. */
import { blobsTable } from './blobs.ts'
import type { Connection } from './connection.ts'
import { type Drops, dropsTable } from './drops.ts'
import { executionsTable } from './executions.ts'
import { type Groups, groupsTable } from './groups.ts'
import { inputsTable } from './inputs.ts'
import { losersTable } from './losers.ts'
import { mutantsTable } from './mutants.ts'
import { poolsTable } from './pools.ts'
import { type Runs, runsTable } from './runs.ts'
import { type Sources, sourcesTable } from './sources.ts'
import { type Units, unitsTable } from './units.ts'
import { winnersTable } from './winners.ts'

export interface Tables {
  readonly db: Connection
  readonly runs: Runs
  readonly sources: Sources
  readonly units: Units
  readonly drops: Drops
  readonly groups: Groups
}

/** Rows that are read at a time where there may be any number of them. */
export const PAGE_ROWS = 512

export function openTables(db: Connection): Tables {
  const blobs = blobsTable(db)
  const executions = executionsTable(db)
  return {
    db,
    runs: runsTable(db),
    sources: sourcesTable(db, blobs),
    units: unitsTable(db, blobs),
    drops: dropsTable(db),
    groups: groupsTable(db, {
      blobs,
      inputs: inputsTable(db),
      executions,
      winners: winnersTable(db, blobs),
      losers: losersTable(db, blobs, executions),
      mutants: mutantsTable(db),
      pools: poolsTable(db),
    }),
  }
}
