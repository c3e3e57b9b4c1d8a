/**
 * A database in, the rows that an audit reads out, a few at a time: what is in groups and what they were made of,
 * without inputs, results and mutants. Works on databases larger than memory.
 */

import type { LoserClass } from '../records/group-record.ts'
import type { Level } from '../records/level.ts'
import type { Split } from '../records/split.ts'
import { blobsTable } from './blobs.ts'
import { withDamageExplained } from './explain-damage.ts'
import { idFromBytes } from './hex-id.ts'
import { openForReading } from './open-database.ts'
import { readLevel, readLoserClass } from './read-levels.ts'
import { PAGE_ROWS } from './tables.ts'
import { winnersTable } from './winners.ts'

export interface AuditRows {
  readonly path: string
  source(key: number): AuditSource
  /** In the order in which they were stored; of all groups, or of those with these keys. */
  groups(keys?: Iterable<number>): Generator<AuditGroup>
  /** Every group without its members, in that order. */
  groupHeads(): Generator<AuditGroupHead>
  close(): void
}

export interface AuditSource {
  readonly id: string
  /** Data set, split and row. */
  readonly origin: string
  readonly text: string
}

export interface AuditGroupHead {
  /** Means nothing outside this file. */
  readonly key: number
  readonly id: string
  readonly split: Split
  readonly sourceKey: number
  readonly sourceId: string
}

export interface AuditGroup extends AuditGroupHead {
  /** Members of the group only. */
  readonly winners: readonly { readonly ir: string; readonly levels: readonly Level[] }[]
  readonly losers: readonly AuditLoser[]
}

export interface AuditLoser {
  readonly ir: string
  readonly level: Level
  readonly class: LoserClass
  readonly operator: string
  readonly difficulty: number
}

interface GroupRow {
  key: number
  id: Uint8Array
  split: Split
  source_key: number
  source_id: Uint8Array
}

/** @throws UserError where the file is missing, foreign, newer or damaged */
export function openAuditRows(path: string): AuditRows {
  const { connection: db, close } = openForReading(path)
  const blobs = blobsTable(db)
  const select = `SELECT groups.key, groups.id, groups.split, units.source_key, sources.id AS source_id
    FROM groups JOIN units ON units.key = groups.unit_key JOIN sources ON sources.key = units.source_key`
  const byKey = db.prepare<GroupRow>(`${select} WHERE groups.key = ?`)
  const page = db.prepare<GroupRow>(`${select} WHERE groups.key > ? ORDER BY groups.key LIMIT ?`)
  const winners = winnersTable(db, blobs)
  const losers = db.prepare<Omit<AuditLoser, 'ir'> & { ir_blob: number }>(
    'SELECT ir_blob, level, class, operator, difficulty FROM losers WHERE group_key = ? ORDER BY ordinal',
  )
  const source = db.prepare<{
    id: Uint8Array
    dataset: string
    split: string
    row: string
    text_blob: number
  }>('SELECT id, dataset, split, row, text_blob FROM sources WHERE key = ?')

  const headOf = ({ key, id, split, source_key, source_id }: GroupRow): AuditGroupHead => ({
    key,
    id: idFromBytes(id),
    split,
    sourceKey: source_key,
    sourceId: idFromBytes(source_id),
  })
  const groupOf = (row: GroupRow): AuditGroup => ({
    ...headOf(row),
    winners: winners.loadChosen(row.key),
    losers: losers.all(row.key).map(({ ir_blob, level, class: loserClass, ...loser }) => ({
      ...loser,
      level: readLevel(level),
      class: readLoserClass(loserClass),
      ir: blobs.load(ir_blob),
    })),
  })

  function* allRows(): Generator<GroupRow> {
    for (let rows = page.all(0, PAGE_ROWS); rows.length > 0; rows = page.all(rows.at(-1)!.key, PAGE_ROWS))
      yield* rows
  }

  const rows: AuditRows = {
    path,
    source(key) {
      const row = source.get(key)!
      const origin = [row.dataset, row.split, row.row].filter((part) => part !== '').join(' ')
      return { id: idFromBytes(row.id), origin, text: blobs.load(row.text_blob) }
    },
    *groups(keys) {
      if (keys === undefined) for (const row of allRows()) yield groupOf(row)
      else for (const key of keys) yield groupOf(byKey.get(key)!)
    },
    *groupHeads() {
      for (const row of allRows()) yield headOf(row)
    },
    close,
  }
  return withDamageExplained(path, rows, ['source', 'groups', 'groupHeads'])
}
