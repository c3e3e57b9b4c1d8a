/** The form of the database of translation problems: how a file of it is known, and how a new one is made. */
import { UserError } from '../../base/user-error.ts'
import type { Connection } from '../connection.ts'

/** 'GEPP' in ASCII. */
export const PROBLEMS_ID = 0x47455050

/** Number n takes `user_version` from n-1 to n. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    key         INTEGER PRIMARY KEY,
    config      TEXT NOT NULL CHECK (json_valid(config)),
    content     TEXT NOT NULL CHECK (json_valid(content)),
    started_at  TEXT NOT NULL,
    finished_at TEXT
  ) STRICT;

  CREATE TABLE problems (
    key     INTEGER PRIMARY KEY,
    id      BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    dataset TEXT NOT NULL,
    place   TEXT NOT NULL,
    row     TEXT NOT NULL,
    license TEXT NOT NULL,
    split   TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    suite   BLOB NOT NULL,
    UNIQUE (place, row)
  ) STRICT;

  CREATE TABLE solutions (
    problem_key INTEGER NOT NULL REFERENCES problems (key),
    language    TEXT NOT NULL,
    code        BLOB NOT NULL,
    PRIMARY KEY (problem_key, language)
  ) STRICT, WITHOUT ROWID;

  -- By what each test asks and expects, to find problems that came under another name.
  CREATE TABLE tests (
    hash        BLOB NOT NULL,
    problem_key INTEGER NOT NULL REFERENCES problems (key),
    PRIMARY KEY (hash, problem_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE drops (
    place   TEXT NOT NULL,
    row     TEXT NOT NULL,
    dataset TEXT NOT NULL,
    reason  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    PRIMARY KEY (place, row)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Of a duplicate all that it takes to keep it instead: JSON of its id, licence, suite and solutions, packed. NULL where
  -- the first form did not keep it.
  ALTER TABLE drops ADD COLUMN problem BLOB;
  `,
]

const PROBLEMS_VERSION = MIGRATIONS.length

/**
 * Whether the file is empty still. Files of older forms are read as they are.
 *
 * @throws UserError for a file that is not ours, or newer
 */
export function isEmptyProblemsFile(connection: Connection): boolean {
  const application = connection.pragma<number>('application_id')
  const version = connection.pragma<number>('user_version')
  const tables = connection.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()!.n
  if (application === 0 && tables === 0) return true
  if (application !== PROBLEMS_ID) throw foreignProblems(connection.path)
  if (version > PROBLEMS_VERSION)
    throw new UserError(
      `${connection.path} has form ${version}, this gepo knows form ${PROBLEMS_VERSION}; update gepo.`,
    )
  return false
}

export const foreignProblems = (path: string) =>
  new UserError(`${path} holds no problems; name a file that gepo problems made, or a new one.`)

/** Makes the tables of a new file, and brings an older one up to date. */
export function migrateProblems(connection: Connection): void {
  for (let version = connection.pragma<number>('user_version'); version < PROBLEMS_VERSION; version++) {
    connection.transaction(() => {
      connection.exec(MIGRATIONS[version]!)
      connection.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${PROBLEMS_ID}`)
    })
  }
}

export const isNewestProblemsForm = (connection: Connection): boolean =>
  connection.pragma<number>('user_version') === PROBLEMS_VERSION
