/** SQL says again which splits and classes there are: a migration that was released never changes, so it cannot ask. */
import { expect, it } from 'vitest'
import { LOSER_CLASSES } from '../../src/records/group-record.ts'
import { SPLITS } from '../../src/records/split.ts'
import { openConnection } from '../../src/store/connection.ts'
import { openForWriting } from '../../src/store/open-database.ts'
import { openProblemsStore } from '../../src/store/problems/problems-store.ts'
import { scratchFolder } from '../scratch-folder.ts'

const folder = scratchFolder()

/** What the tables of a new database let a column be. */
function allowed(path: string, column: string): string[][] {
  const db = openConnection(path, { readonly: true })
  const tables = db.prepare<{ sql: string | null }>('SELECT sql FROM sqlite_schema').all()
  db.close()
  const check = new RegExp(`CHECK \\(${column} IN \\(('[^)]*')\\)\\)`, 'g')
  return tables.flatMap(({ sql }) =>
    Array.from((sql ?? '').matchAll(check), ([, list]) => list!.split(', ').map((name) => name.slice(1, -1))),
  )
}

it('groups have the splits and classes that records name', () => {
  const path = `${folder}/groups.db`
  openForWriting(path).close()
  expect(allowed(path, 'split')).toEqual([[...SPLITS]])
  expect(allowed(path, 'class')).toEqual([[...LOSER_CLASSES]])
})

it('problems have those splits too', () => {
  const path = `${folder}/problems.db`
  openProblemsStore(path, { readonly: false }).close()
  expect(allowed(path, 'split')).toEqual([[...SPLITS]])
})
