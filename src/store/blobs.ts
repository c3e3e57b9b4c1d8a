/** Table `blobs`: texts by content. Equal texts are stored once; what comes out is checked against its hash. */
import { createHash } from 'node:crypto'
import { UserError } from '../base/user-error.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

export interface Blobs {
  /** Stores the text unless it is there; returns its key. */
  save(text: string): number
  load(key: number): string
  /** The hash of a text that is there. */
  hash(key: number): Uint8Array
  /** A text as it is stored, which fits its hash. */
  loadPacked(key: number): PackedBlob
  /** Stores what {@link packBlob} or {@link loadPacked} gave, unless it is there; returns its key. */
  savePacked(blob: PackedBlob): number
  find(sha256: Uint8Array): number | undefined
}

export interface PackedBlob {
  readonly sha256: Uint8Array
  readonly packed: Uint8Array
}

export const packBlob = (text: string): PackedBlob => ({ sha256: hashText(text), packed: packText(text) })

export function blobsTable(db: Connection): Blobs {
  const find = db.prepare<{ key: number }>('SELECT key FROM blobs WHERE sha256 = ?')
  const insert = db.prepare<{ key: number }>('INSERT INTO blobs (sha256, packed) VALUES (?, ?) RETURNING key')
  const load = db.prepare<PackedBlob>('SELECT sha256, packed FROM blobs WHERE key = ?')
  const hash = db.prepare<Pick<PackedBlob, 'sha256'>>('SELECT sha256 FROM blobs WHERE key = ?')
  const missing = (key: number) => damaged(db.path, `text ${key} is missing`)
  const loadIntact = (key: number): PackedBlob & { text: string } => {
    const row = load.get(key)
    if (row === undefined) throw missing(key)
    const text = tryUnpack(row.packed)
    const intact = text !== undefined && hashText(text).equals(row.sha256)
    if (!intact) throw damaged(db.path, `text ${key} does not fit its hash`)
    return { ...row, text }
  }
  return {
    save(text) {
      const sha256 = hashText(text)
      return (find.get(sha256) ?? insert.get(sha256, packText(text))!).key
    },
    load: (key) => loadIntact(key).text,
    hash(key) {
      const row = hash.get(key)
      if (row === undefined) throw missing(key)
      return row.sha256
    },
    loadPacked: loadIntact,
    savePacked: ({ sha256, packed }) => (find.get(sha256) ?? insert.get(sha256, packed)!).key,
    find: (sha256) => find.get(sha256)?.key,
  }
}

const hashText = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()

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
