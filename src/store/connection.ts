/**
 * One SQLite connection: statements and transactions whose failures arrive as a `UserError` where the user can
 * mend them (disk full, read-only, locked, damaged) and as they are where the code is at fault.
 */
import { resolve } from 'node:path'
import Database from 'better-sqlite3'
import { UserError } from '../base/user-error.ts'

export type Bindable = string | number | bigint | Uint8Array | null

/** Written out, so that the package's types need no others than its own. */
interface Changes {
  readonly changes: number
  readonly lastInsertRowid: number | bigint
}

/** A prepared statement. `Row` is what the SQL selects; the caller vouches for it. */
export interface Statement<Row> {
  run(...bindings: Bindable[]): Changes
  get(...bindings: Bindable[]): Row | undefined
  all(...bindings: Bindable[]): Row[]
}

export interface Connection {
  readonly path: string
  prepare<Row = unknown>(sql: string): Statement<Row>
  exec(sql: string): void
  pragma<Value>(sql: string): Value
  /** Runs `work` in one transaction: all of it is stored, or nothing. */
  transaction<Result>(work: () => Result): Result
  close(): void
}

export function openConnection(path: string, options: { readonly readonly: boolean }): Connection {
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw explainSqliteError(error, path)
    }
  }
  /** All statements are constants: one that cannot be prepared meets tables of another form. */
  const prepared = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      const isForm = error instanceof Database.SqliteError && error.code === 'SQLITE_ERROR'
      throw isForm ? damaged(path, error) : explainSqliteError(error, path)
    }
  }
  const db = guarded(
    () =>
      // Resolved, so that SQLite takes no name (":memory:", "file:...") for something else than a file.
      new Database(resolve(path), {
        readonly: options.readonly,
        fileMustExist: options.readonly,
        timeout: 10_000,
      }),
  )
  return {
    path,
    prepare: <Row>(sql: string): Statement<Row> => {
      const statement = prepared(() => db.prepare(sql))
      return {
        run: (...bindings) => guarded(() => statement.run(...bindings)),
        get: (...bindings) => guarded(() => statement.get(...bindings) as Row | undefined),
        all: (...bindings) => guarded(() => statement.all(...bindings) as Row[]),
      }
    },
    exec: (sql) => guarded(() => void db.exec(sql)),
    pragma: (sql) => guarded(() => db.pragma(sql, { simple: true }) as never),
    transaction: (work) => guarded(() => db.transaction(work).immediate()),
    close: () => guarded(() => void db.close()),
  }
}

const damaged = (path: string, error: Error) =>
  new UserError(`${path} is damaged (${error.message}); restore it from a copy, or build it anew.`, {
    cause: error,
  })

/** What a statement meets in a file that was changed: values of other types, columns that are gone, rows without their own. */
function isOtherForm({ code, message }: InstanceType<typeof Database.SqliteError>): boolean {
  return (
    ['SQLITE_MISMATCH', 'SQLITE_FORMAT', 'SQLITE_TOOBIG'].includes(code) ||
    code.startsWith('SQLITE_CONSTRAINT') ||
    (code === 'SQLITE_ERROR' && /no such|malformed|datatype|JSON|integer overflow/i.test(message))
  )
}

/** The sentence for what the user can mend; anything else comes back unchanged. */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const code = error.code
  const sentence =
    code === 'SQLITE_FULL'
      ? `The disk that holds ${path} is full; free some space and run the same command again, all that was finished is kept.`
      : code.startsWith('SQLITE_READONLY')
        ? `${path} cannot be written; make the file and its folder writable, or name another file.`
        : code === 'SQLITE_NOTADB'
          ? `${path} is not a SQLite database; name a file that gepo build made, or another file to make.`
          : code.startsWith('SQLITE_CORRUPT') || isOtherForm(error)
            ? damaged(path, error).message
            : code.startsWith('SQLITE_CANTOPEN')
              ? `${path} cannot be opened; check that its folder exists and that you may read and write in it.`
              : code.startsWith('SQLITE_IOERR')
                ? `Reading or writing ${path} failed (${code}); check the disk, then run the same command again.`
                : code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')
                  ? `${path} is in use by another program; wait for it to end, then run the same command again.`
                  : undefined
  return sentence === undefined ? error : new UserError(sentence, { cause: error })
}
