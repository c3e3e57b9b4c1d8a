/** Table `units`: what groups are about, each pending, in a group or dropped. */
import type { Unit } from '../records/unit.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'

export type UnitState = 'pending' | 'group' | 'dropped'

export interface Units {
  /** Stores the unit unless one of that id is there; tells whether it did. */
  insert(unit: Unit, sourceKey: number): boolean
  find(
    id: string,
  ): { readonly key: number; readonly sourceKey: number; readonly state: UnitState } | undefined
  finish(key: number, state: 'group' | 'dropped', timings: Readonly<Record<string, number>>): void
  load(key: number): { readonly unit: Unit; readonly sourceKey: number }
  /** Pending units in the order they came, as keys after `key`. */
  pendingAfter(key: number, count: number): number[]
  finishedCount(): number
}

interface Row {
  key: number
  id: Uint8Array
  source_key: number
  source_id: Uint8Array
  kind: Unit['kind']
  name: string
  code_blob: number
  standard: string
  exit_defined: number
  state: UnitState
}

export function unitsTable(db: Connection, blobs: Blobs): Units {
  const insert = db.prepare(
    `INSERT INTO units (id, source_key, kind, name, code_blob, standard, exit_defined)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  const find = db.prepare<Row>('SELECT key, source_key, state FROM units WHERE id = ?')
  const finish = db.prepare('UPDATE units SET state = ?, timings = ? WHERE key = ?')
  const load = db.prepare<Row>(
    `SELECT units.*, sources.id AS source_id FROM units JOIN sources ON sources.key = source_key
     WHERE units.key = ?`,
  )
  const pending = db.prepare<Row>(
    `SELECT key FROM units WHERE state = 'pending' AND key > ? ORDER BY key LIMIT ?`,
  )
  const finished = db.prepare<{ n: number }>(`SELECT count(*) AS n FROM units WHERE state <> 'pending'`)
  return {
    insert(unit, sourceKey) {
      const { kind, name, code, standard, exitDefined } = unit
      const id = idToBytes(unit.id)
      return (
        insert.run(id, sourceKey, kind, name, blobs.save(code), standard, exitDefined ? 1 : 0).changes === 1
      )
    },
    find(id) {
      const row = find.get(idToBytes(id))
      return row && { key: row.key, sourceKey: row.source_key, state: row.state }
    },
    finish(key, state, timings) {
      finish.run(state, JSON.stringify(timings), key)
    },
    load(key) {
      const row = load.get(key)!
      const unit: Unit = {
        id: idFromBytes(row.id),
        sourceId: idFromBytes(row.source_id),
        kind: row.kind,
        name: row.name,
        code: blobs.load(row.code_blob),
        standard: row.standard,
        exitDefined: row.exit_defined === 1,
      }
      return { unit, sourceKey: row.source_key }
    },
    pendingAfter(key, count) {
      return pending.all(key, count).map((row) => row.key)
    },
    finishedCount() {
      return finished.get()!.n
    },
  }
}
