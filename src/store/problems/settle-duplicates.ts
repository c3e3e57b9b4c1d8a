/**
 * Of problems that are one under several names, which to keep: the one with the least id (of equal ids that of the least
 * place), then the next that is like none that is kept, and so on. So it depends on the problems alone, not on the order
 * in which they came, nor on the databases that they were in.
 *
 * Looks at duplicates and at what is kept in their stead; all others are like nobody. Memory: the hashes of their tests.
 */
import type { ProblemOrigin } from '../../records/problem.ts'
import type { DuplicateProblems } from './duplicates.ts'
import type { ProblemTables } from './problem-tables.ts'
import { isSameProblem, testHashes } from './same-problem.ts'
import { insertProblem } from './save-problem.ts'

interface Candidate {
  readonly id: string
  readonly origin: ProblemOrigin
  readonly hashes: readonly string[]
  readonly isDuplicate: boolean
}

export function settleDuplicates(tables: ProblemTables, duplicates: DuplicateProblems): void {
  const candidates = findCandidates(tables, duplicates)
  const keepers = findKeepers(candidates)
  const move = ({ origin }: Candidate, keeper: string | undefined) => {
    const { problem } = duplicates.find(origin)!
    duplicates.remove(origin)
    if (keeper === undefined) insertProblem(tables, origin, problem)
    else duplicates.insert(origin, keeper, problem)
  }
  // What leaves makes room first: of equal ids one can be kept.
  for (const candidate of candidates) {
    const keeper = keepers.get(candidate)
    if (keeper !== undefined) move(candidate, keeper)
  }
  for (const candidate of candidates)
    if (candidate.isDuplicate && !keepers.has(candidate)) move(candidate, undefined)
}

function findCandidates(tables: ProblemTables, duplicates: DuplicateProblems): Candidate[] {
  const candidates: Candidate[] = []
  const replaced = new Set<string>()
  for (const { origin, problem } of duplicates.all()) {
    const hashes = testHashes(problem.suite)
    candidates.push({ id: problem.id, origin, hashes: hashes.map(asText), isDuplicate: true })
    for (const other of tables.alike(hashes)) if (isSameProblem(other, hashes.length)) replaced.add(other.id)
  }
  for (const id of replaced) {
    const origin = duplicates.originOf(id)
    const hashes = testHashes(duplicates.find(origin)!.problem.suite).map(asText)
    candidates.push({ id, origin, hashes, isDuplicate: false })
  }
  return candidates.sort((a, b) => compare(a.id, b.id) || compare(placeOf(a), placeOf(b)))
}

/** For each that is not to be kept the id of the one that stands for it. */
function findKeepers(candidates: readonly Candidate[]): Map<Candidate, string> {
  const keepers = new Map<Candidate, string>()
  const keptWith = new Map<string, Candidate[]>()
  for (const candidate of candidates) {
    const shared = new Map<Candidate, number>()
    for (const hash of candidate.hashes)
      for (const other of keptWith.get(hash) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1)
    const keeper = [...shared]
      .filter(([other, sharedTests]) =>
        isSameProblem({ id: other.id, sharedTests, tests: other.hashes.length }, candidate.hashes.length),
      )
      .map(([{ id }]) => id)
      .sort(compare)[0]
    if (keeper !== undefined) keepers.set(candidate, keeper)
    else for (const hash of candidate.hashes) keptWith.set(hash, [...(keptWith.get(hash) ?? []), candidate])
  }
  return keepers
}

const asText = (hash: Buffer) => hash.toString('hex')
const placeOf = ({ origin: { place, row } }: Candidate) => JSON.stringify([place, row])
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
