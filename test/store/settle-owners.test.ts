import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Source } from '../../src/records/source.ts'
import { APPLICATION_ID, MIGRATIONS } from '../../src/store/schema.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { droppedOutcome, sha256, syntheticSource, syntheticUnit } from './synthetic-records.ts'

let path: string
beforeEach(() => {
  path = join(scratchFolder(), 'groups.db')
})

function withStore<Result>(work: (store: Store) => Result): Result {
  const store = openStore(path)
  try {
    return work(store)
  } finally {
    store.close()
  }
}

const rows = (sql: string) => {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const PLACES = 'SELECT reason, row, license FROM drops ORDER BY reason, length(row), row'

describe('a text in several places', () => {
  it('has the least of them for its own, with the licence there, and its drops follow it', () => {
    const at = (row: string): Source => ({ ...syntheticSource(1), row, license: `licence of ${row}` })
    for (const order of [
      ['10', '2', '9'],
      ['2', '9', '10'],
      ['9', '10', '2'],
    ]) {
      path = join(scratchFolder(), 'groups.db')
      withStore((store) => {
        for (const row of order) store.saveSource(at(row))
        const drop = { stage: 'extract' as const, reason: 'variadic', detail: '', part: 'f' }
        store.saveExtraction(at('2').id, [syntheticUnit(1)], [drop])
        store.saveUnitOutcome(droppedOutcome(1))
        store.settleOwners()
        expect(store.source(at('2').id)).toMatchObject({ row: '2', license: 'licence of 2' })
        store.settleOwners()
        for (const row of order) expect(store.saveSource(at(row))).not.toBe('extract')
      })
      expect(rows(PLACES)).toEqual([
        { reason: 'crash', row: '2', license: null },
        { reason: 'duplicate', row: '9', license: 'licence of 9' },
        { reason: 'duplicate', row: '10', license: 'licence of 10' },
        { reason: 'variadic', row: '2', license: null },
      ])
    }
  })

  it('that a killed run has met first is still extracted from another', () => {
    withStore((store) => expect(store.saveSource(syntheticSource(1))).toBe('extract'))
    withStore((store) => expect(store.saveSource({ ...syntheticSource(1), row: 'other' })).toBe('extract'))
  })
})

describe('a unit that several sources give', () => {
  it('belongs to the one with the least id, in whatever order they come', () => {
    const numbers = [1, 2, 3]
    const ids = numbers.map((n) => syntheticSource(n).id)
    const least = numbers.find((n) => syntheticSource(n).id === ids.toSorted()[0])!
    const shared = { ...syntheticUnit(9), id: sha256('shared') }
    for (const order of [numbers, numbers.toReversed()]) {
      path = join(scratchFolder(), 'groups.db')
      withStore((store) => {
        for (const n of order) {
          store.saveSource(syntheticSource(n))
          store.saveExtraction(syntheticSource(n).id, [{ ...shared, sourceId: syntheticSource(n).id }], [])
        }
        store.settleOwners()
        expect([...store.pendingUnits()].map(({ sourceId }) => sourceId)).toEqual([syntheticSource(least).id])
      })
      expect(rows(PLACES)).toEqual(
        numbers
          .filter((n) => n !== least)
          .map((n) => ({ reason: 'duplicate-unit', row: String(n), license: null })),
      )
    }
  })
})

it('a database of the form before owners were settled keeps what it has', () => {
  const raw = new Database(path)
  for (const migration of MIGRATIONS.slice(0, 6)) raw.exec(migration)
  raw.exec(`PRAGMA user_version = 6; PRAGMA application_id = ${APPLICATION_ID}`)
  const { id } = syntheticSource(1)
  raw.exec(`
    INSERT INTO blobs VALUES (1, X'${id}', X'00');
    INSERT INTO sources VALUES (1, X'${id}', 'd', 's', '5', 'MIT', 1, 1);
    INSERT INTO drops (stage, reason, detail, dataset, split, row, part) VALUES
      ('read', 'duplicate', 'same text as source ${id}', 'd', 's', '1', ''),
      ('read', 'empty', '', 'd', 's', '2', ''),
      ('extract', 'variadic', '', 'd', 's', '5', 'f');`)
  raw.close()
  withStore((store) => {
    store.settleOwners()
    expect(store.saveSource({ ...syntheticSource(1), dataset: 'd', split: 's', row: '1' })).toBe('duplicate')
  })
  expect(rows('SELECT reason, row, source_key FROM drops ORDER BY row')).toEqual([
    { reason: 'duplicate', row: '1', source_key: 1 },
    { reason: 'empty', row: '2', source_key: null },
    { reason: 'variadic', row: '5', source_key: 1 },
  ])
  expect(rows('SELECT row FROM sources')).toEqual([{ row: '5' }])
})
