/** Table `drops`: whatever did not end in a group, with the stage that gave up and the reason. */
import type { Stage } from '../records/group-record.ts'
import type { Connection } from './connection.ts'
import type { Origin } from './sources.ts'

export interface Drop {
  readonly stage: Stage
  readonly reason: string
  readonly detail: string
}

/** Each a second time (after a restart, out of another database) changes nothing. */
export interface Drops {
  /** An item that never became a source. */
  insertItem(drop: Drop, origin: Origin): void
  /** A second place of a stored source's text. */
  insertDuplicate(
    sourceId: string,
    place: Origin & { readonly license: string | null },
    sourceKey: number,
  ): void
  /** A part of a stored source that never became a unit, '' for the whole. */
  insertPart(drop: Drop, source: PlacedSource, part: string): void
  /** A part of a stored source whose code is that of a unit of another one. */
  insertDuplicateUnit(name: string, source: PlacedSource, unitKey: number): void
  insertUnit(drop: Drop, origin: Origin, unitKey: number): void
}

interface PlacedSource extends Origin {
  readonly key: number
}

export function dropsTable(db: Connection): Drops {
  const insert = db.prepare(
    `INSERT INTO drops (stage, reason, detail, dataset, split, row, part, unit_key, source_key, license, same_unit)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  return {
    insertItem({ stage, reason, detail }, { dataset, split, row }) {
      insert.run(stage, reason, detail, dataset, split, row, '', null, null, null, null)
    },
    insertDuplicate(sourceId, { dataset, split, row, license }, sourceKey) {
      const detail = `same text as source ${sourceId}`
      insert.run('read', 'duplicate', detail, dataset, split, row, '', null, sourceKey, license, null)
    },
    insertPart({ stage, reason, detail }, { dataset, split, row, key }, part) {
      insert.run(stage, reason, detail, dataset, split, row, part, null, key, null, null)
    },
    insertDuplicateUnit(name, { dataset, split, row, key }, unitKey) {
      const detail = `${name} is the same as a unit of another source`
      insert.run('extract', 'duplicate-unit', detail, dataset, split, row, name, null, key, null, unitKey)
    },
    insertUnit({ stage, reason, detail }, { dataset, split, row }, unitKey) {
      insert.run(stage, reason, detail, dataset, split, row, '', unitKey, null, null, null)
    },
  }
}
