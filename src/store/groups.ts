/** Table `groups`: one row per group; its members and evidence lie in the tables beside it. */
import type { GroupRecord, MutantVerdict } from '../records/group-record.ts'
import type { Mutant } from '../records/mutant.ts'
import type { PoolEntry } from '../records/pool-entry.ts'
import type { Split } from '../records/split.ts'
import { type Blobs, type PackedBlob, packBlob } from './blobs.ts'
import type { Connection } from './connection.ts'
import { type Executions, type PackedResult, packResult } from './executions.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { type Inputs, type PackedInput, packInputs } from './inputs.ts'
import { type Losers, type PackedLoser, packLoser } from './losers.ts'
import type { Mutants } from './mutants.ts'
import { type Pools, packPool } from './pools.ts'
import { type PackedWinner, packWinner, type Winners } from './winners.ts'

/** A group but for the keys of its rows. */
export interface PackedGroup {
  readonly id: string
  readonly split: Split
  readonly coverage: GroupRecord['coverage']
  readonly seed: number
  readonly inputsTried: number
  readonly subject: { readonly mutant: string; readonly code: PackedBlob } | undefined
  readonly inputs: readonly PackedInput[]
  readonly expected: readonly PackedResult[]
  readonly winners: readonly PackedWinner[]
  readonly losers: readonly PackedLoser[]
  readonly mutantVerdicts: readonly MutantVerdict[]
  readonly pool: Uint8Array
}

export function packGroup(group: GroupRecord, pool: readonly PoolEntry[], unitCode: string): PackedGroup {
  const { split, coverage, seed, inputsTried, subject, mutantVerdicts } = group
  return {
    id: group.id,
    split,
    coverage,
    seed,
    inputsTried,
    subject: subject && { mutant: JSON.stringify(subject.mutant), code: packBlob(subject.code) },
    inputs: packInputs(group.inputs, group.callTexts),
    expected: group.expected.map(packResult),
    winners: group.winners.map(packWinner),
    losers: group.losers.map((loser) => packLoser(loser, unitCode)),
    mutantVerdicts,
    pool: packPool(pool),
  }
}

export interface Groups {
  insert(group: PackedGroup, unitKey: number): void
  count(split: Split | undefined): number
  find(id: string): GroupRow | undefined
  load(row: GroupRow, unitCode: string): GroupRecord
  /** What answers to it are judged by. */
  loadEvidence(row: GroupRow): Pick<GroupRecord, 'id' | 'subject' | 'inputs' | 'expected' | 'winners'>
  /** The mutant that it is about, where it is one. */
  loadSubject(row: GroupRow): Pick<GroupRecord, 'subject'>
  loadPool(row: GroupRow): PoolEntry[] | undefined
  /** Ids in ascending order after `id` ('' for the first), of one split or of all. */
  idsAfter(id: string, count: number, split: Split | undefined): string[]
  /** Of all groups of a source; tells how many had another. */
  setSplit(sourceKey: number, split: Split): number
  /** At most `count` ids that begin with these hex digits. */
  idsWithPrefix(prefix: string, count: number): string[]
}

export interface GroupRow {
  readonly key: number
  readonly id: Uint8Array
  readonly unit_key: number
  readonly split: Split
  readonly edges_reached: number
  readonly edges_total: number
  readonly seed: number
  readonly inputs_tried: number
  readonly centre: string | null
  readonly centre_blob: number | null
}

export interface GroupParts {
  readonly blobs: Blobs
  readonly inputs: Inputs
  readonly executions: Executions
  readonly winners: Winners
  readonly losers: Losers
  readonly mutants: Mutants
  readonly pools: Pools
}

export function groupsTable(db: Connection, parts: GroupParts): Groups {
  const insert = db.prepare<{ key: number }>(
    `INSERT INTO groups (id, unit_key, split, edges_reached, edges_total, seed, inputs_tried, centre, centre_blob)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
  )
  const count = db.prepare<{ n: number }>('SELECT count(*) AS n FROM groups WHERE split = ? OR ? IS NULL')
  const find = db.prepare<GroupRow>('SELECT * FROM groups WHERE id = ?')
  const after = db.prepare<{ id: Uint8Array }>('SELECT id FROM groups WHERE id > ? ORDER BY id LIMIT ?')
  const splitAfter = db.prepare<{ id: Uint8Array }>(
    'SELECT id FROM groups WHERE split = ? AND id > ? ORDER BY id LIMIT ?',
  )
  const setSplit = db.prepare(
    `UPDATE groups SET split = ?
     WHERE unit_key IN (SELECT key FROM units WHERE source_key = ?) AND split <> ?`,
  )
  const between = db.prepare<{ id: Uint8Array }>(
    'SELECT id FROM groups WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?',
  )
  const loadSubject = ({ centre, centre_blob }: GroupRow): Pick<GroupRecord, 'subject'> =>
    centre === null
      ? {}
      : { subject: { mutant: JSON.parse(centre) as Mutant, code: parts.blobs.load(centre_blob!) } }
  return {
    insert(group, unitKey) {
      const { id, split, coverage, seed, inputsTried, subject } = group
      const { key } = insert.get(
        idToBytes(id),
        unitKey,
        split,
        coverage.edgesReached,
        coverage.edgesTotal,
        seed,
        inputsTried,
        subject ? subject.mutant : null,
        subject ? parts.blobs.savePacked(subject.code) : null,
      )!
      parts.inputs.insert(key, group.inputs)
      group.expected.forEach((result, input) => {
        parts.executions.insertOriginal(key, input, result)
      })
      parts.winners.insert(key, group.winners)
      parts.losers.insert(key, group.losers)
      parts.mutants.insert(key, group.mutantVerdicts)
      parts.pools.insert(key, group.pool)
    },
    count(split) {
      return count.get(split ?? null, split ?? null)!.n
    },
    find(id) {
      return find.get(idToBytes(id))
    },
    load(row, unitCode) {
      const expected = parts.executions.loadOriginal(row.key)
      return {
        id: idFromBytes(row.id),
        split: row.split,
        ...loadSubject(row),
        ...parts.inputs.load(row.key),
        expected,
        coverage: { edgesReached: row.edges_reached, edgesTotal: row.edges_total },
        seed: row.seed,
        inputsTried: row.inputs_tried,
        winners: parts.winners.load(row.key),
        losers: parts.losers.load(row.key, unitCode, expected),
        mutantVerdicts: parts.mutants.load(row.key),
      }
    },
    loadEvidence(row) {
      return {
        id: idFromBytes(row.id),
        ...loadSubject(row),
        inputs: parts.inputs.load(row.key).inputs,
        expected: parts.executions.loadOriginal(row.key),
        winners: parts.winners.load(row.key),
      }
    },
    loadSubject,
    loadPool(row) {
      return parts.pools.load(row.key)
    },
    idsAfter(id, count, split) {
      const start = Buffer.from(id, 'hex')
      const rows = split === undefined ? after.all(start, count) : splitAfter.all(split, start, count)
      return rows.map((row) => idFromBytes(row.id))
    },
    setSplit(sourceKey, split) {
      return setSplit.run(split, sourceKey, split).changes
    },
    idsWithPrefix(prefix, count) {
      const bound = (fill: string) => Buffer.from(prefix.padEnd(64, fill), 'hex')
      return between.all(bound('0'), bound('f'), count).map((row) => idFromBytes(row.id))
    },
  }
}
