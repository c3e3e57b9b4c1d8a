/** The tables of the database of translation problems: rows in, rows out, and no decision about them. */
import { createHash } from 'node:crypto'
import { parseKeepingFloats } from '../../records/json-value.ts'
import type { Language, Program } from '../../records/language.ts'
import type { DropReason, ProblemOrigin, ProvenProblem } from '../../records/problem.ts'
import type { Split } from '../../records/split.ts'
import type { Suite } from '../../records/suite.ts'
import type { Connection } from '../connection.ts'
import { idFromBytes, idToBytes } from '../hex-id.ts'
import { packText, unpackText } from '../pack-text.ts'

export interface StoredProblem extends ProvenProblem {
  readonly dataset: string
  readonly license: string
  readonly split: Split
}

export interface ProblemStats {
  readonly problems: number
  /** sha256 over the sorted ids: equal for equal problems, however they were made. */
  readonly contentHash: string
  readonly splits: Readonly<Record<string, number>>
  readonly datasets: Readonly<Record<string, number>>
  readonly languages: Readonly<Record<string, number>>
  readonly licenses: Readonly<Record<string, number>>
  readonly drops: Readonly<Record<string, number>>
}

/** A stored problem that shares tests with another. */
export interface AlikeProblem {
  readonly id: string
  readonly sharedTests: number
  /** Of the stored problem. */
  readonly tests: number
}

export interface ProblemTables {
  /** Texts of JSON, as they were inserted; undefined before the first run. */
  lastRun(): { readonly key: number; readonly config: string; readonly content: string } | undefined
  insertRun(config: string, content: string): void
  finishRun(key: number): void
  /** Whether there is a problem or a drop from that place. */
  has(origin: ProblemOrigin): boolean
  /** Stored problems with at least one of these tests. */
  alike(testHashes: readonly Buffer[]): AlikeProblem[]
  insertProblem(
    origin: ProblemOrigin,
    problem: Omit<StoredProblem, 'dataset'>,
    testHashes: readonly Buffer[],
  ): void
  insertDrop(origin: ProblemOrigin, drop: DropReason): void
  problems(): StoredProblem[]
  stats(): ProblemStats
}

export interface ProblemRow {
  readonly key: number
  readonly id: Uint8Array
  readonly dataset: string
  readonly license: string
  readonly split: Split
  readonly suite: Uint8Array
}

export interface SolutionRow {
  readonly problem_key: number
  readonly language: Language
  readonly code: Uint8Array
}

const MOST_DETAIL = 2000

export function problemTables(db: Connection): ProblemTables {
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
  const ids = db.prepare<{ id: Uint8Array }>('SELECT id FROM problems ORDER BY id')
  const selectProblems = db.prepare<ProblemRow>('SELECT * FROM problems ORDER BY id')
  const selectSolutions = db.prepare<SolutionRow>(
    'SELECT problem_key, language, code FROM solutions ORDER BY problem_key, language',
  )
  const counts = (sql: string) =>
    Object.fromEntries(
      db
        .prepare<{ name: string; n: number }>(sql)
        .all()
        .map(({ name, n }) => [name, n]),
    )
  return {
    lastRun: () => lastRun.get(),
    insertRun: (config, content) => void insertRun.run(config, content, new Date().toISOString()),
    finishRun: (key) => void finishRun.run(new Date().toISOString(), key),
    has: ({ place, row }) => found.get(place, row, place, row) !== undefined,
    alike: (testHashes) =>
      alike
        .all(JSON.stringify(testHashes.map((hash) => hash.toString('hex'))))
        .map(({ id, shared, total }) => ({ id: idFromBytes(id), sharedTests: shared, tests: total })),
    insertProblem({ dataset, place, row }, { id, license, split, suite, solutions }, testHashes) {
      const packed = packText(JSON.stringify(suite))
      const { key } = insertProblem.get(idToBytes(id), dataset, place, row, license, split, packed)!
      for (const { language, code } of solutions) insertSolution.run(key, language, packText(code))
      for (const hash of testHashes) insertTest.run(hash, key)
    },
    insertDrop: ({ place, row, dataset }, { reason, detail }) =>
      void insertDrop.run(place, row, dataset, reason, detail.slice(0, MOST_DETAIL)),
    problems() {
      const solutions = Map.groupBy(selectSolutions.all(), (row) => row.problem_key)
      return selectProblems.all().map((row) => toProblem(row, solutions.get(row.key) ?? []))
    },
    stats: () => ({
      problems: db.prepare<{ n: number }>('SELECT count(*) AS n FROM problems').get()!.n,
      contentHash: ids
        .all()
        .reduce((hash, { id }) => hash.update(idFromBytes(id)), createHash('sha256'))
        .digest('hex'),
      splits: counts('SELECT split AS name, count(*) AS n FROM problems GROUP BY split'),
      datasets: counts('SELECT dataset AS name, count(*) AS n FROM problems GROUP BY dataset'),
      languages: counts('SELECT language AS name, count(*) AS n FROM solutions GROUP BY language'),
      licenses: counts('SELECT license AS name, count(*) AS n FROM problems GROUP BY license'),
      drops: counts('SELECT reason AS name, count(*) AS n FROM drops GROUP BY reason'),
    }),
  }
}

export const toProblem = (
  { id, dataset, license, split, suite }: ProblemRow,
  solutions: readonly SolutionRow[],
): StoredProblem => ({
  id: idFromBytes(id),
  dataset,
  license,
  split,
  suite: parseKeepingFloats(unpackText(suite)) as unknown as Suite,
  solutions: solutions.map(({ language, code }): Program => ({ language, code: unpackText(code) })),
})
