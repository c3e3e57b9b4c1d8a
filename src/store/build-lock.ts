/**
 * One builder per database. The lock is SQLite's own on a small file beside the database, so the kernel frees it
 * when its holder dies by whatever signal, and no stale lock can remain. Does not hold across network file systems
 * that lack locks.
 */
import { rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { UserError } from '../base/user-error.ts'
import { explainSqliteError } from './connection.ts'

export interface BuildLock {
  release(): void
}

/** @throws UserError naming the process that holds the lock */
export function takeBuildLock(databasePath: string): BuildLock {
  const path = `${databasePath}.lock`
  try {
    for (;;) {
      const before = inode(path)
      const db = lock(path, databasePath)
      // A holder removes the file as it leaves: what was locked must be what lies under the name now.
      if (before === undefined || before === inode(path)) return { release: () => release(db, path) }
      db.close()
    }
  } catch (error) {
    throw explainSqliteError(error, databasePath)
  }
}

function lock(path: string, databasePath: string): Database.Database {
  const db = new Database(path, { timeout: 0 })
  try {
    // Readers still pass under an IMMEDIATE transaction, so that who comes second can say who was first.
    db.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER, host TEXT, since TEXT)')
    db.transaction(() => {
      db.exec('DELETE FROM holder')
      db.prepare('INSERT INTO holder VALUES (?, ?, ?)').run(process.pid, hostname(), new Date().toISOString())
    }).immediate()
    db.exec('BEGIN IMMEDIATE')
    return db
  } catch (error) {
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
    const holder = busy ? readHolder(db) : undefined
    db.close()
    if (!busy) throw error
    const who =
      holder === undefined
        ? 'another gepo'
        : `gepo process ${holder.pid} on ${holder.host} since ${holder.since}`
    throw new UserError(
      `${databasePath} is being written by ${who}; wait for it to end, or name another file.`,
      { cause: error },
    )
  }
}

function readHolder(db: Database.Database): { pid: number; host: string; since: string } | undefined {
  try {
    return db.prepare('SELECT pid, host, since FROM holder').get() as ReturnType<typeof readHolder>
  } catch {
    return undefined
  }
}

function release(db: Database.Database, path: string): void {
  // Removed while still held: nobody else can take this very file in between.
  rmSync(path, { force: true })
  db.close()
}

function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
