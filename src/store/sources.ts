/** Table `sources`: C files with their provenance, and whether their units are stored. */
import type { Source } from '../records/source.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'

export interface SourceRow extends Origin {
  readonly key: number
  readonly extracted: boolean
}

/** Where an item came from. */
export interface Origin {
  readonly dataset: string
  readonly split: string
  readonly row: string
}

export interface Sources {
  find(id: string): SourceRow | undefined
  insert(source: Source): void
  setExtracted(key: number): void
  load(key: number): Source
  /** Ids of the sources that have groups, ascending. */
  groupedIds(): string[]
  /** Where a source came from, without its text. */
  origin(key: number): Origin
}

interface Row extends Origin {
  key: number
  id: Uint8Array
  license: string
  text_blob: number
  extracted: number
}

export function sourcesTable(db: Connection, blobs: Blobs): Sources {
  const find = db.prepare<Row>('SELECT * FROM sources WHERE id = ?')
  const load = db.prepare<Row>('SELECT * FROM sources WHERE key = ?')
  const groupedIds = db.prepare<Pick<Row, 'id'>>(
    `SELECT id FROM sources WHERE key IN
       (SELECT source_key FROM units JOIN groups ON groups.unit_key = units.key) ORDER BY id`,
  )
  const origin = db.prepare<Origin>('SELECT dataset, split, row FROM sources WHERE key = ?')
  const insert = db.prepare(
    'INSERT INTO sources (id, dataset, split, row, license, text_blob) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const setExtracted = db.prepare('UPDATE sources SET extracted = 1 WHERE key = ?')
  return {
    find(id) {
      const row = find.get(idToBytes(id))
      if (row === undefined) return undefined
      const { key, dataset, split, extracted } = row
      return { key, dataset, split, row: row.row, extracted: extracted === 1 }
    },
    insert({ id, dataset, split, row, license, text }) {
      insert.run(idToBytes(id), dataset, split, row, license, blobs.save(text))
    },
    setExtracted(key) {
      setExtracted.run(key)
    },
    load(key) {
      const { id, dataset, split, row, license, text_blob } = load.get(key)!
      return { id: idFromBytes(id), dataset, split, row, license, text: blobs.load(text_blob) }
    },
    groupedIds() {
      return groupedIds.all().map((row) => idFromBytes(row.id))
    },
    origin(key) {
      return origin.get(key)!
    },
  }
}
