/**
 * Groups that came from elsewhere than a build, in a side file, so that they may be larger than memory and are read once.
 * The file says what it was filled from; it may be removed at any time.
 */
import { z } from 'zod'
import { UserError } from '../base/user-error.ts'
import { LOSER_CLASSES } from '../records/group-record.ts'
import { LEVELS } from '../records/level.ts'
import type { Split } from '../records/split.ts'
import { openConnection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'
import type { TrainingGroup, TrainingRows } from './training-rows.ts'

export interface ImportedGroup extends TrainingGroup {
  readonly split: Split
}

/** 'GEPR' in ASCII. */
const APPLICATION_ID = 0x47455052
const FORM = `
  CREATE TABLE rows (id TEXT PRIMARY KEY, split TEXT NOT NULL, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX rows_split ON rows (split, id);
  CREATE TABLE origin (fingerprint TEXT NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`
const ROWS_AT_ONCE = 256

const level = z.enum(LEVELS)
const groupSchema = z.object({
  code: z.string(),
  winners: z.array(z.object({ ir: z.string(), levels: z.array(level).nullable() })),
  losers: z.array(
    z.object({
      ir: z.string(),
      level: level.nullable(),
      class: z.enum(LOSER_CLASSES).nullable(),
      operator: z.string(),
    }),
  ),
})

/**
 * What the file holds, filled anew where it was filled from something else, or not to the end.
 *
 * @param fingerprint tells what the groups are read from, and how, from all else
 * @param read called where they have to be read; groups of one id are taken once
 * @throws UserError where the file belongs to another program or is damaged
 */
export async function openImportedRows(
  path: string,
  fingerprint: string,
  read: () => AsyncIterable<ImportedGroup>,
): Promise<TrainingRows> {
  const db = openConnection(path, { readonly: false })
  const damaged = () => new UserError(`${path} is damaged: remove it; all that it held is read again.`)
  try {
    const tables = db.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()!.n
    if (tables === 0) db.transaction(() => db.exec(FORM))
    else if (db.pragma('application_id') !== APPLICATION_ID)
      throw new UserError(`${path} is another program's; name another file as data.cache.`)
    const origin = db.prepare<{ fingerprint: string }>('SELECT fingerprint FROM origin').get()
    if (origin?.fingerprint !== fingerprint) await fill()
  } catch (error) {
    db.close()
    throw error
  }
  const ids = db.prepare<{ id: string }>('SELECT id FROM rows WHERE split = ? ORDER BY id')
  const one = db.prepare<{ packed: Uint8Array }>('SELECT packed FROM rows WHERE id = ?')
  return {
    path,
    fingerprint,
    groupIds: (split) => ids.all(split).map(({ id }) => id),
    group(id) {
      const row = one.get(id)
      if (row === undefined) throw new Error(`${path} has no group ${id}`)
      try {
        return { id, ...groupSchema.parse(JSON.parse(unpackText(row.packed))) }
      } catch {
        throw damaged()
      }
    },
    close: () => db.close(),
  }

  async function fill(): Promise<void> {
    db.exec('DELETE FROM origin; DELETE FROM rows')
    const insert = db.prepare('INSERT OR IGNORE INTO rows (id, split, packed) VALUES (?, ?, ?)')
    let waiting: ImportedGroup[] = []
    const store = () => {
      db.transaction(() => {
        for (const { id, split, ...group } of waiting) insert.run(id, split, packText(JSON.stringify(group)))
      })
      waiting = []
    }
    for await (const group of read()) {
      waiting.push(group)
      if (waiting.length === ROWS_AT_ONCE) store()
    }
    store()
    // Last, so that a file that was not filled to its end says nothing.
    db.prepare('INSERT INTO origin (fingerprint) VALUES (?)').run(fingerprint)
  }
}
