/**
 * A path in, an open connection of the current form out. Whatever is not ours, too new or too old is refused
 * before a byte of it changes.
 */
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../base/user-error.ts'
import { type BuildLock, takeBuildLock } from './build-lock.ts'
import { type Connection, openConnection } from './connection.ts'
import { PROBLEMS_ID } from './problems/problems-schema.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts'

export interface OpenDatabase {
  readonly connection: Connection
  close(): void
}

export function openForReading(path: string): OpenDatabase {
  refuseFolder(path)
  if (kindOf(path) === 'missing') {
    throw new UserError(`${path} does not exist; make it with gepo build <source> --out ${path}.`)
  }
  const connection = openConnection(path, { readonly: true })
  try {
    const version = readVersion(connection)
    if (version === 0) {
      throw new UserError(`${path} holds no groups; make them with gepo build <source> --out ${path}.`)
    }
    if (version < SCHEMA_VERSION) {
      throw new UserError(
        `${path} has form ${version}, this gepo reads form ${SCHEMA_VERSION}; gepo build with the same options brings it up to date.`,
      )
    }
  } catch (error) {
    connection.close()
    throw error
  }
  return { connection, close: () => connection.close() }
}

export function openForWriting(path: string): OpenDatabase {
  refuseFolder(path)
  if (kindOf(dirname(path)) !== 'folder') {
    throw new UserError(`The folder ${dirname(path)} does not exist; make it, or name another file.`)
  }
  const connection = openConnection(path, { readonly: false })
  let lock: BuildLock | undefined
  try {
    readVersion(connection)
    lock = takeBuildLock(path)
    const mode = connection.pragma<string>('journal_mode = WAL')
    // In WAL mode NORMAL loses at most the last commits at a power cut, and never damages the file.
    connection.exec(`PRAGMA synchronous = ${mode === 'wal' ? 'NORMAL' : 'FULL'}; PRAGMA foreign_keys = ON`)
    // Ids are hashes, so that inserts touch pages all over the indexes: 128 MB hold those of a large database.
    connection.exec('PRAGMA cache_size = -131072')
    migrate(connection)
  } catch (error) {
    connection.close()
    lock?.release()
    throw error
  }
  return {
    connection,
    close: () => {
      leaveOnePlainFile(connection)
      connection.close()
      lock.release()
    },
  }
}

/** A database at rest is one file that can be copied, and read from a read-only folder, which WAL mode cannot. */
export function leaveOnePlainFile(connection: Connection): void {
  try {
    connection.pragma('journal_mode = DELETE')
  } catch {
    // A reader is in it, or the disk is full: it stays in WAL mode, which is as safe.
  }
}

/** The form's version, 0 for a file that holds nothing yet. */
function readVersion(connection: Connection): number {
  const version = connection.pragma<number>('user_version')
  const application = connection.pragma<number>('application_id')
  if (application !== APPLICATION_ID) {
    const empty =
      connection.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n === 0 &&
      application === 0 &&
      version === 0
    if (empty) return 0
    if (application === PROBLEMS_ID)
      throw new UserError(
        `${connection.path} holds translation problems, not groups; name a file that gepo build made, or a new one.`,
      )
    throw new UserError(
      `${connection.path} is a SQLite database of another program; name a file that gepo build made, or a new one.`,
    )
  }
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      `${connection.path} has form ${version} and was made by a newer gepo, this one knows up to form ${SCHEMA_VERSION}; update gepo.`,
    )
  }
  return version
}

function migrate(connection: Connection): void {
  for (let version = connection.pragma<number>('user_version'); version < SCHEMA_VERSION; version++) {
    connection.transaction(() => {
      connection.exec(MIGRATIONS[version]!)
      connection.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${APPLICATION_ID}`)
    })
  }
}

/** @throws UserError for a name that no database can have */
export function refuseFolder(path: string): void {
  if (path === '') throw new UserError('The name of the database is empty; name a file.')
  if (kindOf(path) === 'folder') throw new UserError(`${path} is a folder; name a database file.`)
}

function kindOf(path: string): 'missing' | 'folder' | 'file' {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats === undefined ? 'missing' : stats.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(`${path} cannot be looked at (${code}); check the path and its permissions.`, {
      cause: error,
    })
  }
}
