/**
 * What a database of groups says, whatever the keys of its rows: for each table its rows with keys followed, sorted. Left
 * out is what two builds of the same differ in: times, and the runs themselves.
 */
import Database from 'better-sqlite3'
import { unpackText } from '../../src/store/pack-text.ts'

type Row = Record<string, unknown>

export function dumpDatabase(path: string): Record<string, string[]> {
  const db = new Database(path, { readonly: true })
  try {
    const all = (sql: string) => db.prepare(sql).all() as Row[]
    const ids = new Map(
      ['sources', 'units', 'groups'].map((table) => [
        table,
        new Map(all(`SELECT key, id FROM ${table}`).map(({ key, id }) => [key, hex(id)])),
      ]),
    )
    const references: Record<string, string> = {
      source_key: 'sources',
      unit_key: 'units',
      same_unit: 'units',
      group_key: 'groups',
    }
    const texts = new Map(all('SELECT key, sha256 FROM blobs').map(({ key, sha256 }) => [key, hex(sha256)]))
    const value = (name: string, raw: unknown): unknown => {
      if (raw === null) return null
      if (name in references) return ids.get(references[name]!)!.get(raw)
      if (name.endsWith('_blob')) return texts.get(raw)
      return raw instanceof Uint8Array ? hex(raw) : raw
    }
    const tables = [
      'sources',
      'units',
      'drops',
      'groups',
      'inputs',
      'winners',
      'losers',
      'executions',
      'mutants',
      'pools',
    ]
    return {
      blobs: all('SELECT * FROM blobs')
        .map(({ sha256, packed }) => `${hex(sha256)} ${unpackText(packed as Uint8Array)}`)
        .sort(),
      ...Object.fromEntries(
        tables.map((table) => [
          table,
          all(`SELECT * FROM ${table}`)
            .map(({ key: _key, timings: _timings, ...row }) =>
              JSON.stringify(Object.entries(row).map(([name, raw]) => [name, value(name, raw)])),
            )
            .sort(),
        ]),
      ),
    }
  } finally {
    db.close()
  }
}

const hex = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString('hex')
