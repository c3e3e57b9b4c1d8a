/** Table `drops`: whatever did not end in a group, with the stage that gave up and the reason. */
import type { Stage } from '../records/group-record.ts'
import type { Connection } from './connection.ts'
import type { Origin } from './sources.ts'

export interface Drop {
  readonly stage: Stage
  readonly reason: string
  readonly detail: string
}

export interface Drops {
  /** An item that never became a unit; a second time (after a restart) it changes nothing. */
  insertItem(drop: Drop, origin: Origin, part: string): void
  insertUnit(drop: Drop, origin: Origin, unitKey: number): void
}

export function dropsTable(db: Connection): Drops {
  const insert = db.prepare(
    `INSERT INTO drops (stage, reason, detail, dataset, split, row, unit_key, part)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  return {
    insertItem({ stage, reason, detail }, { dataset, split, row }, part) {
      insert.run(stage, reason, detail, dataset, split, row, null, part)
    },
    insertUnit({ stage, reason, detail }, { dataset, split, row }, unitKey) {
      insert.run(stage, reason, detail, dataset, split, row, unitKey, '')
    },
  }
}
