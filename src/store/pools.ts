/** Table `pools`: the screened mutants of a group from which its losers were drawn, and may be drawn again. */
import type { PoolEntry } from '../records/pool-entry.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

/** One text for all: the results and the edited texts of a group are much alike. */
export const packPool = (pool: readonly PoolEntry[]): Uint8Array => packText(JSON.stringify(pool))

export interface Pools {
  insert(groupKey: number, packed: Uint8Array): void
  /** Undefined for a group that was stored before pools were. */
  load(groupKey: number): PoolEntry[] | undefined
}

export function poolsTable(db: Connection): Pools {
  const insert = db.prepare('INSERT INTO pools (group_key, packed) VALUES (?, ?)')
  const load = db.prepare<{ packed: Uint8Array }>('SELECT packed FROM pools WHERE group_key = ?')
  return {
    insert(groupKey, packed) {
      insert.run(groupKey, packed)
    },
    load(groupKey) {
      const row = load.get(groupKey)
      return row && (JSON.parse(unpackText(row.packed)) as PoolEntry[])
    },
  }
}
