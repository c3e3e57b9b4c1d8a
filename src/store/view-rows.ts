/**
 * A database in, the rows that a page of it lists out, in the order in which they were stored: heads of groups and what
 * they can be filtered by, and drops. A page asks for rows by their keys, so that it costs the same in a database of any
 * size. Another process may write meanwhile: rows that are gone by then are left out.
 */
import type { Stage } from '../records/group-record.ts'
import type { Split } from '../records/split.ts'
import { blobsTable } from './blobs.ts'
import { withDamageExplained } from './explain-damage.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { openForReading } from './open-database.ts'

/** A key means nothing outside the file. */
export interface ViewRows {
  readonly path: string
  /** At most `count` groups after `key`, with what they can be filtered by. */
  groupFacts(key: number, count: number): GroupFacts[]
  groupHead(key: number): GroupHead | undefined
  keyOf(id: string): number | undefined
  dropFacts(key: number, count: number): DropFacts[]
  drop(key: number): DropRow | undefined
  /** The code of the unit that was dropped, or the text of the source; undefined where it was never stored. */
  dropText(key: number): string | undefined
  groupsBySplit(): ReadonlyMap<string, number>
  /** Another number after each change by another process. */
  changeMark(): number
  close(): void
}

export interface GroupHead {
  readonly id: string
  readonly split: Split
  readonly kind: string
  readonly name: string
  readonly dataset: string
  readonly container: string
  readonly row: string
  readonly license: string
  readonly winners: number
  readonly losers: readonly LoserHead[]
}

export interface LoserHead {
  readonly operator: string
  readonly class: string
  readonly level: string
  readonly difficulty: number
}

export interface GroupFacts extends Omit<GroupHead, 'winners'> {
  readonly key: number
}

export interface DropFacts {
  readonly key: number
  readonly stage: Stage
  readonly reason: string
}

export interface DropRow extends DropFacts {
  readonly detail: string
  readonly dataset: string
  readonly container: string
  readonly row: string
  /** Of the unit, or of a part that never became one; '' for the source as a whole. */
  readonly part: string
}

interface HeadRow {
  key: number
  id: Uint8Array
  split: Split
  kind: string
  name: string
  dataset: string
  container: string
  row: string
  license: string
}

/** @throws UserError where the file is missing, foreign, older, newer or damaged */
export function openViewRows(path: string): ViewRows {
  const { connection: db, close } = openForReading(path)
  const select = `SELECT groups.key, groups.id, groups.split, units.kind, units.name, sources.dataset,
      sources.split AS container, sources.row, sources.license
    FROM groups JOIN units ON units.key = groups.unit_key JOIN sources ON sources.key = units.source_key`
  const page = db.prepare<HeadRow>(`${select} WHERE groups.key > ? ORDER BY groups.key LIMIT ?`)
  const byKey = db.prepare<HeadRow>(`${select} WHERE groups.key = ?`)
  const losersBetween = db.prepare<LoserHead & { group_key: number }>(
    `SELECT group_key, operator, class, level, difficulty FROM losers
     WHERE group_key BETWEEN ? AND ? ORDER BY group_key, ordinal`,
  )
  const winners = db.prepare<{ n: number }>(
    'SELECT count(*) AS n FROM winners WHERE group_key = ? AND chosen = 1',
  )
  const keyById = db.prepare<{ key: number }>('SELECT key FROM groups WHERE id = ?')
  const dropPage = db.prepare<DropFacts>(
    'SELECT key, stage, reason FROM drops WHERE key > ? ORDER BY key LIMIT ?',
  )
  const dropByKey = db.prepare<DropRow>(
    `SELECT drops.key, stage, reason, detail, dataset, split AS container, row, ifnull(units.name, part) AS part
     FROM drops LEFT JOIN units ON units.key = drops.unit_key WHERE drops.key = ?`,
  )
  const dropBlob = db.prepare<{ blob: number | null }>(
    `SELECT ifnull(units.code_blob, sources.text_blob) AS blob FROM drops
     LEFT JOIN units ON units.key = drops.unit_key LEFT JOIN sources ON sources.key = drops.source_key
     WHERE drops.key = ?`,
  )
  const blobs = blobsTable(db)
  const splits = db.prepare<{ split: string; n: number }>(
    'SELECT split, count(*) AS n FROM groups GROUP BY split',
  )
  const losersOf = (first: number, last: number) =>
    Map.groupBy(losersBetween.all(first, last), ({ group_key }) => group_key)

  const rows: ViewRows = {
    path,
    groupFacts(key, count) {
      const heads = page.all(key, count)
      if (heads.length === 0) return []
      const losers = losersOf(heads[0]!.key, heads.at(-1)!.key)
      return heads.map((head) => ({ ...head, id: idFromBytes(head.id), losers: losers.get(head.key) ?? [] }))
    },
    groupHead(key) {
      const row = byKey.get(key)
      if (row === undefined) return undefined
      const { key: _key, id, ...head } = row
      return {
        ...head,
        id: idFromBytes(id),
        winners: winners.get(key)!.n,
        losers: losersBetween.all(key, key),
      }
    },
    keyOf: (id) => keyById.get(idToBytes(id))?.key,
    dropFacts: (key, count) => dropPage.all(key, count),
    drop: (key) => dropByKey.get(key),
    dropText(key) {
      const blob = dropBlob.get(key)?.blob
      return blob == null ? undefined : blobs.load(blob)
    },
    groupsBySplit: () => new Map(splits.all().map(({ split, n }) => [split, n])),
    changeMark: () => db.pragma<number>('data_version'),
    close,
  }
  return withDamageExplained(path, rows, [
    'groupFacts',
    'groupHead',
    'keyOf',
    'dropFacts',
    'drop',
    'dropText',
    'groupsBySplit',
  ])
}
