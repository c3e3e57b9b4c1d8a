/** Table `blobs`: texts by content. Equal texts are stored once; what comes out is checked against its hash. */
import { createHash } from 'node:crypto'
import { UserError } from '../base/user-error.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

export interface Blobs {
  /** Stores the text unless it is there; returns its key. */
  save(text: string): number
  load(key: number): string
}

export function blobsTable(db: Connection): Blobs {
  const find = db.prepare<{ key: number }>('SELECT key FROM blobs WHERE sha256 = ?')
  const insert = db.prepare<{ key: number }>('INSERT INTO blobs (sha256, packed) VALUES (?, ?) RETURNING key')
  const load = db.prepare<{ sha256: Uint8Array; packed: Uint8Array }>(
    'SELECT sha256, packed FROM blobs WHERE key = ?',
  )
  return {
    save(text) {
      const sha256 = createHash('sha256').update(text, 'utf8').digest()
      return (find.get(sha256) ?? insert.get(sha256, packText(text))!).key
    },
    load(key) {
      const row = load.get(key)
      if (row === undefined) throw damaged(db.path, `text ${key} is missing`)
      const text = tryUnpack(row.packed)
      const intact =
        text !== undefined && createHash('sha256').update(text, 'utf8').digest().equals(row.sha256)
      if (!intact) throw damaged(db.path, `text ${key} does not fit its hash`)
      return text
    },
  }
}

function tryUnpack(packed: Uint8Array): string | undefined {
  try {
    return unpackText(packed)
  } catch {
    return undefined
  }
}

function damaged(path: string, what: string): UserError {
  return new UserError(`${path} is damaged (${what}); restore it from a copy, or build it anew.`)
}
