/**
 * Problems that others stand for: rows of `drops` that keep the problem whole. Which of those that are alike is kept may
 * change, so stored problems and duplicates are read, taken away and put in here in one form.
 */
import { parseKeepingFloats } from '../../records/json-value.ts'
import type { ProblemOrigin, ProvenProblem } from '../../records/problem.ts'
import type { Connection } from '../connection.ts'
import { idToBytes } from '../hex-id.ts'
import { packText, unpackText } from '../pack-text.ts'
import { type ProblemRow, type SolutionRow, toProblem } from './problem-tables.ts'

export interface LicensedProblem extends ProvenProblem {
  readonly license: string
}

/** As it came, with where it is from. */
export interface CandidateProblem {
  readonly origin: ProblemOrigin
  readonly problem: LicensedProblem
}

type Place = Pick<ProblemOrigin, 'place' | 'row'>

export interface DuplicateProblems {
  /** @param keeper id of the problem that stands for it */
  insert(origin: ProblemOrigin, keeper: string, problem: LicensedProblem): void
  /** One at a time. */
  all(): Generator<CandidateProblem>
  /** The stored problem or the duplicate of that place; undefined for any other drop. */
  find(place: Place): CandidateProblem | undefined
  /** Takes away what there is of that place. */
  remove(place: Place): void
  /** Where a stored problem is from. */
  originOf(id: string): ProblemOrigin
}

interface Row extends ProblemOrigin {
  readonly problem: Uint8Array
}

export function duplicatesTable(db: Connection): DuplicateProblems {
  const insert = db.prepare(
    'INSERT INTO drops (place, row, dataset, reason, detail, problem) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const next = db.prepare<Row>(
    'SELECT * FROM drops WHERE (place, row) > (?, ?) AND problem IS NOT NULL ORDER BY place, row LIMIT 1',
  )
  const duplicate = db.prepare<Row>('SELECT * FROM drops WHERE place = ? AND row = ? AND problem IS NOT NULL')
  const stored = db.prepare<ProblemRow>('SELECT * FROM problems WHERE place = ? AND row = ?')
  const solutions = db.prepare<SolutionRow>('SELECT * FROM solutions WHERE problem_key = ? ORDER BY language')
  const origin = db.prepare<ProblemOrigin>('SELECT dataset, place, row FROM problems WHERE id = ?')
  const ofProblem = 'problem_key IN (SELECT key FROM problems WHERE place = ? AND row = ?)'
  const removals = [
    ...['tests', 'solutions'].map((table) => `DELETE FROM ${table} WHERE ${ofProblem}`),
    ...['problems', 'drops'].map((table) => `DELETE FROM ${table} WHERE place = ? AND row = ?`),
  ].map((sql) => db.prepare(sql))
  return {
    insert({ place, row, dataset }, keeper, { id, license, suite, solutions }) {
      const packed = packText(JSON.stringify({ id, license, suite, solutions }))
      insert.run(place, row, dataset, 'duplicate', `has tests of problem ${keeper}`, packed)
    },
    *all() {
      for (let row = next.get('', ''); row !== undefined; row = next.get(row.place, row.row))
        yield toCandidate(row)
    },
    find({ place, row }) {
      const problem = stored.get(place, row)
      if (problem !== undefined) {
        const {
          id,
          dataset,
          license,
          suite,
          solutions: programs,
        } = toProblem(problem, solutions.all(problem.key))
        return { origin: { dataset, place, row }, problem: { id, license, suite, solutions: programs } }
      }
      const other = duplicate.get(place, row)
      return other && toCandidate(other)
    },
    remove({ place, row }) {
      for (const removal of removals) removal.run(place, row)
    },
    originOf: (id) => origin.get(idToBytes(id))!,
  }
}

const toCandidate = ({ dataset, place, row, problem }: Row): CandidateProblem => ({
  origin: { dataset, place, row },
  problem: parseKeepingFloats(unpackText(problem)) as unknown as LicensedProblem,
})
