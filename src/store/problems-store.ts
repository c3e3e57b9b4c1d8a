/**
 * The database of translation problems: one SQLite file, of another form than that of groups. What has become of a row
 * of a source is stored at once, so that a killed run goes on where it was; a row is never done twice.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { UserError } from '../base/user-error.ts'
import { parseKeepingFloats } from '../records/json-value.ts'
import type { Language, Program } from '../records/language.ts'
import type { DropReason, ProblemOrigin, ProvenProblem } from '../records/problem.ts'
import type { Split } from '../records/split.ts'
import type { Suite } from '../records/suite.ts'
import { takeBuildLock } from './build-lock.ts'
import { type Connection, openConnection } from './connection.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { packText, unpackText } from './pack-text.ts'

/** 'GEPP' in ASCII. */
const APPLICATION_ID = 0x47455050
const SCHEMA_VERSION = 1

const SCHEMA = `
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
`

/** Above this share of the smaller suite in common, two problems are one. */
const SAME_SHARE = 0.5

export interface StoredProblem extends ProvenProblem {
  readonly dataset: string
  readonly license: string
  readonly split: Split
}

export interface ProblemStats {
  readonly problems: number
  readonly splits: Readonly<Record<string, number>>
  readonly datasets: Readonly<Record<string, number>>
  readonly languages: Readonly<Record<string, number>>
  readonly licenses: Readonly<Record<string, number>>
  readonly drops: Readonly<Record<string, number>>
}

export interface ProblemsStore {
  /** @throws UserError if the file was made with other options */
  beginRun(config: unknown, content: Readonly<Record<string, unknown>>): void
  finishRun(): void
  isFinished(origin: ProblemOrigin): boolean
  /** Stores it, or a drop where the problem is there already. */
  saveProblem(origin: ProblemOrigin, license: string, problem: ProvenProblem): 'stored' | 'duplicate'
  saveDrop(origin: ProblemOrigin, drop: DropReason): void
  problems(): StoredProblem[]
  /** What the last run was asked for. */
  config(): unknown
  stats(): ProblemStats
  close(): void
}

/** @throws UserError for a file that is not ours, or in use */
export function openProblemsStore(path: string, { readonly }: { readonly readonly: boolean }): ProblemsStore {
  if (readonly && !existsSync(path)) {
    throw new UserError(`${path} does not exist; make it with gepo problems <source> --out ${path}.`)
  }
  const connection = openConnection(path, { readonly })
  try {
    const isNew = checkForm(connection)
    if (isNew && readonly) throw foreign(path)
    const lock = readonly ? undefined : takeBuildLock(path)
    if (!readonly) connection.pragma('journal_mode = WAL')
    if (isNew) createSchema(connection)
    return tables(connection, () => {
      if (!readonly) connection.pragma('journal_mode = DELETE')
      connection.close()
      lock?.release()
    })
  } catch (error) {
    connection.close()
    throw error
  }
}

function checkForm(connection: Connection): boolean {
  const application = connection.pragma<number>('application_id')
  const version = connection.pragma<number>('user_version')
  const tables = connection.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()!.n
  if (application === 0 && tables === 0) return true
  if (application !== APPLICATION_ID) throw foreign(connection.path)
  if (version !== SCHEMA_VERSION)
    throw new UserError(
      `${connection.path} has form ${version}, this gepo knows form ${SCHEMA_VERSION}; update gepo.`,
    )
  return false
}

const foreign = (path: string) =>
  new UserError(`${path} holds no problems; name a file that gepo problems made, or a new one.`)

function createSchema(connection: Connection): void {
  connection.transaction(() => {
    connection.exec(SCHEMA)
    connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; PRAGMA application_id = ${APPLICATION_ID}`)
  })
}

function tables(db: Connection, close: () => void): ProblemsStore {
  const lastRun = db.prepare<{ key: number; config: string; content: string }>(
    'SELECT key, config, content FROM runs ORDER BY key DESC LIMIT 1',
  )
  const insertRun = db.prepare('INSERT INTO runs (config, content, started_at) VALUES (?, ?, ?)')
  const finishRun = db.prepare('UPDATE runs SET finished_at = ? WHERE key = ?')
  const found = db.prepare(
    'SELECT 1 FROM problems WHERE place = ? AND row = ? UNION ALL SELECT 1 FROM drops WHERE place = ? AND row = ?',
  )
  const insertProblem = db.prepare<{ key: number }>(
    `INSERT INTO problems (id, dataset, place, row, license, split, suite) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING key`,
  )
  const insertSolution = db.prepare('INSERT INTO solutions (problem_key, language, code) VALUES (?, ?, ?)')
  const insertTest = db.prepare('INSERT INTO tests (hash, problem_key) VALUES (?, ?)')
  const insertDrop = db.prepare(
    'INSERT INTO drops (place, row, dataset, reason, detail) VALUES (?, ?, ?, ?, ?)',
  )
  const alike = db.prepare<{ id: Uint8Array; shared: number; total: number }>(
    `SELECT problems.id, count(*) AS shared,
            (SELECT count(*) FROM tests AS own WHERE own.problem_key = problems.key) AS total
       FROM tests JOIN problems ON problems.key = tests.problem_key
      WHERE tests.hash IN (SELECT unhex(value) FROM json_each(?))
      GROUP BY problems.key`,
  )
  const selectProblems = db.prepare<ProblemRow>('SELECT * FROM problems ORDER BY key')
  const selectSolutions = db.prepare<{ problem_key: number; language: Language; code: Uint8Array }>(
    'SELECT problem_key, language, code FROM solutions ORDER BY problem_key, language',
  )
  const counts = (sql: string) =>
    Object.fromEntries(
      db
        .prepare<{ name: string; n: number }>(sql)
        .all()
        .map(({ name, n }) => [name, n]),
    )

  const saveDrop = ({ place, row, dataset }: ProblemOrigin, { reason, detail }: DropReason) => {
    insertDrop.run(place, row, dataset, reason, detail.slice(0, 2000))
  }
  return {
    beginRun(config, content) {
      const before = lastRun.get()
      const now = JSON.stringify(content)
      if (before !== undefined && before.content !== now)
        throw new UserError(
          `${db.path} was made with ${before.content}, this run has ${now}; use the same options, or another --out.`,
        )
      insertRun.run(JSON.stringify(config), now, new Date().toISOString())
    },
    finishRun() {
      finishRun.run(new Date().toISOString(), lastRun.get()!.key)
    },
    isFinished: ({ place, row }) => found.get(place, row, place, row) !== undefined,
    saveProblem: (origin, license, { id, suite, solutions }) =>
      db.transaction(() => {
        const hashes = testHashes(suite)
        const same = alike
          .all(JSON.stringify(hashes.map((hash) => hash.toString('hex'))))
          .find(({ shared, total }) => shared >= SAME_SHARE * Math.min(total, hashes.length))
        if (same !== undefined) {
          saveDrop(origin, { reason: 'duplicate', detail: `has tests of problem ${idFromBytes(same.id)}` })
          return 'duplicate'
        }
        const { key } = insertProblem.get(
          idToBytes(id),
          origin.dataset,
          origin.place,
          origin.row,
          license,
          splitOf(id),
          packText(JSON.stringify(suite)),
        )!
        for (const { language, code } of solutions) insertSolution.run(key, language, packText(code))
        for (const hash of hashes) insertTest.run(hash, key)
        return 'stored'
      }),
    saveDrop,
    problems() {
      const solutions = Map.groupBy(selectSolutions.all(), (row) => row.problem_key)
      return selectProblems.all().map((row) => toProblem(row, solutions.get(row.key) ?? []))
    },
    config: () => JSON.parse(lastRun.get()?.config ?? '{}'),
    stats: () => ({
      problems: db.prepare<{ n: number }>('SELECT count(*) AS n FROM problems').get()!.n,
      splits: counts('SELECT split AS name, count(*) AS n FROM problems GROUP BY split'),
      datasets: counts('SELECT dataset AS name, count(*) AS n FROM problems GROUP BY dataset'),
      languages: counts('SELECT language AS name, count(*) AS n FROM solutions GROUP BY language'),
      licenses: counts('SELECT license AS name, count(*) AS n FROM problems GROUP BY license'),
      drops: counts('SELECT reason AS name, count(*) AS n FROM drops GROUP BY reason'),
    }),
    close,
  }
}

interface ProblemRow {
  readonly key: number
  readonly id: Uint8Array
  readonly dataset: string
  readonly license: string
  readonly split: Split
  readonly suite: Uint8Array
}

function toProblem(
  { id, dataset, license, split, suite }: ProblemRow,
  solutions: readonly { readonly language: Language; readonly code: Uint8Array }[],
): StoredProblem {
  return {
    id: idFromBytes(id),
    dataset,
    license,
    split,
    suite: parseKeepingFloats(unpackText(suite)) as unknown as Suite,
    solutions: solutions.map(({ language, code }): Program => ({ language, code: unpackText(code) })),
  }
}

/** Of tests that are distinct. */
function testHashes({ tests }: Suite): Buffer[] {
  const texts = tests.map((test) =>
    test.kind === 'stdin'
      ? JSON.stringify([test.input.trim(), test.output.trim()])
      : JSON.stringify([test.arguments, test.result]),
  )
  return [...new Set(texts)].map((text) => createHash('sha256').update(text).digest())
}

/** One in twenty is for testing, one for validation: by the problem alone, whatever its languages. */
function splitOf(id: string): Split {
  const place = Number.parseInt(id.slice(0, 8), 16) % 100
  return place < 5 ? 'test' : place < 10 ? 'validation' : 'train'
}
