/** Rows of one database's tables into the same tables of another. Texts are copied as they are packed, each once. */
import { type Blobs, blobsTable } from '../blobs.ts'
import type { Connection } from '../connection.ts'

export type ColumnValue = string | number | Uint8Array | null
export type StoredRow = Readonly<Record<string, ColumnValue>>

export interface RowCopier {
  /**
   * Adds a row. All columns are carried but `key`, which is new, and those that are given; a column that leads to a text
   * leads to the same text here.
   */
  copy(table: string, row: StoredRow, given: StoredRow): number
}

export function openRowCopier(from: Connection, to: Connection): RowCopier {
  const texts = { from: blobsTable(from), to: blobsTable(to) }
  const inserts = new Map<string, (row: StoredRow, given: StoredRow) => number>()
  return {
    copy(table, row, given) {
      let insert = inserts.get(table)
      if (insert === undefined) {
        insert = prepareInsert(to, table, texts)
        inserts.set(table, insert)
      }
      return insert(row, given)
    },
  }
}

function prepareInsert(to: Connection, table: string, texts: { readonly from: Blobs; readonly to: Blobs }) {
  const columns = to
    .prepare<{ name: string }>(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'key'`)
    .all()
    .map(({ name }) => name)
  const insert = to.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  return (row: StoredRow, given: StoredRow): number => {
    const values = columns.map((name) => {
      const value = given[name]
      if (value !== undefined) return value
      const own = row[name]!
      return name.endsWith('_blob') && typeof own === 'number' ? copyText(texts, own) : own
    })
    return Number(insert.run(...values).lastInsertRowid)
  }
}

function copyText({ from, to }: { readonly from: Blobs; readonly to: Blobs }, key: number): number {
  return to.find(from.hash(key)) ?? to.savePacked(from.loadPacked(key))
}
