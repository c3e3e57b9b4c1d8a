/** A proven problem in, stored, or kept as a duplicate of one that is there: the first to come, until they are settled. */
import type { ProblemOrigin } from '../../records/problem.ts'
import type { Split } from '../../records/split.ts'
import type { DuplicateProblems, LicensedProblem } from './duplicates.ts'
import type { ProblemTables } from './problem-tables.ts'
import { isSameProblem, testHashes } from './same-problem.ts'

export function saveProblem(
  tables: ProblemTables,
  duplicates: DuplicateProblems,
  origin: ProblemOrigin,
  problem: LicensedProblem,
): 'stored' | 'duplicate' {
  const hashes = testHashes(problem.suite)
  const same = tables.alike(hashes).find((other) => isSameProblem(other, hashes.length))
  if (same === undefined) {
    insertProblem(tables, origin, problem)
    return 'stored'
  }
  duplicates.insert(origin, same.id, problem)
  return 'duplicate'
}

export function insertProblem(tables: ProblemTables, origin: ProblemOrigin, problem: LicensedProblem): void {
  tables.insertProblem(origin, { ...problem, split: splitOf(problem.id) }, testHashes(problem.suite))
}

/** One in twenty is for testing, one for validation: by the problem alone, whatever its languages. */
function splitOf(id: string): Split {
  const place = Number.parseInt(id.slice(0, 8), 16) % 100
  return place < 5 ? 'test' : place < 10 ? 'validation' : 'train'
}
