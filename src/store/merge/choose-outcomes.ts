/**
 * What has become of each unit in several databases in, the one outcome to keep of each out, whatever the order of the
 * databases: a group before a drop, a drop before what is still to do; of two groups the one with the lesser id; of two
 * drops the one that comes first by stage, reason and detail. (Databases of one seed and one version differ in what a
 * machine did not manage, and in nothing else.) Kept in a table on disk, not in memory.
 */
import type { Connection } from '../connection.ts'

export interface OutcomeChoice {
  /** Takes all units of a database into account. */
  add(from: Connection, input: number): void
  /** Whether the outcome of a unit is to be taken from that database. */
  isFrom(unitId: Uint8Array, input: number): boolean
  /** Units of which two databases have different groups. */
  readonly conflicts: () => number
}

interface Candidate {
  readonly id: Uint8Array
  readonly rank: number
  readonly outcome: string
  readonly timings: string
}

const UNITS = `
  SELECT units.key, units.id, ifnull(units.timings, '') AS timings,
    CASE state WHEN 'group' THEN 0 WHEN 'dropped' THEN 1 ELSE 2 END AS rank,
    ifnull(lower(hex(groups.id)), ifnull(json_array(drops.stage, drops.reason, drops.detail), '')) AS outcome
  FROM units LEFT JOIN groups ON groups.unit_key = units.key LEFT JOIN drops ON drops.unit_key = units.key
  WHERE units.key > ? ORDER BY units.key LIMIT ?`

const PAGE = 4096

export function openOutcomeChoice(db: Connection): OutcomeChoice {
  db.exec(
    `CREATE TEMP TABLE choices (
       id BLOB PRIMARY KEY, rank INTEGER, outcome TEXT, timings TEXT, input INTEGER
     ) WITHOUT ROWID`,
  )
  const find = db.prepare<Candidate & { input: number }>('SELECT * FROM choices WHERE id = ?')
  const replace = db.prepare(
    'INSERT OR REPLACE INTO choices (id, rank, outcome, timings, input) VALUES (?, ?, ?, ?, ?)',
  )
  let conflicts = 0
  return {
    add(from, input) {
      const page = from.prepare<Candidate & { key: number }>(UNITS)
      let rows = page.all(0, PAGE)
      while (rows.length > 0) {
        db.transaction(() => {
          for (const row of rows) {
            const stored = find.get(row.id)
            if (stored?.rank === 0 && row.rank === 0 && stored.outcome !== row.outcome) conflicts++
            if (stored === undefined || isBefore(row, stored))
              replace.run(row.id, row.rank, row.outcome, row.timings, input)
          }
        })
        rows = page.all(rows.at(-1)!.key, PAGE)
      }
    },
    isFrom: (unitId, input) => find.get(unitId)?.input === input,
    conflicts: () => conflicts,
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank
  if (a.outcome !== b.outcome) return a.outcome < b.outcome
  return a.timings < b.timings
}
