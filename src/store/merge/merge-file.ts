/**
 * The file that databases are merged into: it grows under another name (`all.db.merging`) and takes its own when it is
 * whole, so that nobody reads half of it. A merge that was killed goes on in it, if it is of the very same inputs; of
 * any others it is begun anew.
 */
import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import { type BuildLock, takeBuildLock } from '../build-lock.ts'
import { type Connection, openConnection } from '../connection.ts'
import { refuseFolder } from '../open-database.ts'
import { PROBLEMS_ID } from '../problems/problems-schema.ts'
import { APPLICATION_ID } from '../schema.ts'
import { findInputFiles, type InputFile } from './input-files.ts'

const LOGS = ['-wal', '-journal']
const OWN_FILES = [APPLICATION_ID, PROBLEMS_ID]

export interface MergeFile {
  /** What is merged, what there is under the name of `out` included: each file once, in an order of their own. */
  readonly inputs: readonly InputFile[]
  /** Of the unfinished file. */
  readonly path: string
  /** Says in the file, which has its tables by now, what it is made of. */
  begin(connection: Connection): void
  /** Gives it its name, in the place of what may be there. The file is whole, and closed. */
  finish(): void
  /** Lets others write the database. */
  close(): void
}

/** @throws UserError where somebody writes the database or merges into it, or a file is not there */
export function openMergeFile(name: string, paths: readonly string[]): MergeFile {
  refuseFolder(name)
  // Beside the file itself, not beside a link to it.
  const out = existsSync(name) ? realpathSync(name) : name
  const path = `${out}.merging`
  if (!existsSync(dirname(out)))
    throw new UserError(`The folder ${dirname(out)} does not exist; make it, or name another file.`)
  const lock = takeBuildLock(out)
  try {
    leaveNoLog(out)
    const inputs = findInputFiles(paths, out)
    const fingerprint = JSON.stringify(inputs.map(({ file }) => file))
    if (existsSync(path) && recordedInputs(path) !== fingerprint) removeDatabase(path)
    return mergeFile({ path, out, inputs, fingerprint, lock })
  } catch (error) {
    lock.release()
    throw error
  }
}

function mergeFile({
  path,
  out,
  inputs,
  fingerprint,
  lock,
}: {
  readonly path: string
  readonly out: string
  readonly inputs: readonly InputFile[]
  readonly fingerprint: string
  readonly lock: BuildLock
}): MergeFile {
  return {
    inputs,
    path,
    begin(connection) {
      connection.transaction(() => {
        connection.exec(
          'CREATE TABLE IF NOT EXISTS merging (inputs TEXT NOT NULL) STRICT; DELETE FROM merging',
        )
        connection.prepare('INSERT INTO merging VALUES (?)').run(fingerprint)
      })
    },
    finish() {
      const connection = openConnection(path, { readonly: false })
      connection.exec('DROP TABLE merging')
      connection.close()
      refuseOpenFile(path)
      // The log of the old file beside the new one would be taken for the new one's.
      refuseOpenFile(out)
      renameSync(path, out)
    },
    close: () => lock.release(),
  }
}

/** What an unfinished merge is made of; undefined where it did not come so far. */
function recordedInputs(path: string): string | undefined {
  const connection = openConnection(path, { readonly: false })
  try {
    const begun = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'merging'").get()
    if (begun === undefined) return undefined
    return connection.prepare<{ inputs: string }>('SELECT inputs FROM merging').get()?.inputs
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  } finally {
    connection.close()
  }
}

function removeDatabase(path: string): void {
  for (const end of ['', '-shm', ...LOGS]) rmSync(path + end, { force: true })
}

function refuseOpenFile(path: string): void {
  if (LOGS.some((end) => existsSync(path + end)))
    throw new UserError(
      `${path} is open in another program; close it there, then run the same command again.`,
    )
}

/** Of a file that its writer did not close, what is in the log goes into the file. */
function leaveNoLog(path: string): void {
  if (!existsSync(path) || !LOGS.some((end) => existsSync(path + end))) return
  const connection = openConnection(path, { readonly: false })
  try {
    // What is not ours is refused later, and stays as it is.
    if (OWN_FILES.includes(connection.pragma<number>('application_id')))
      connection.pragma('journal_mode = DELETE')
  } finally {
    connection.close()
  }
}
