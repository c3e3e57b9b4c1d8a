/**
 * A function with solutions in several languages and a judge in; the tests that a Python solution has been seen to pass,
 * and those of the other solutions that pass them too, out. Or why not.
 */
import type { Judge } from '../../judge/judge.ts'
import type { Language } from '../../records/language.ts'
import type { DropReason } from '../../records/problem.ts'
import type { Suite } from '../../records/suite.ts'
import { type ProofSettings, proveProblem } from '../prove-problem.ts'
import type { CrossProblem, NamedSolution } from './cross-problem.ts'

export interface CrossProof {
  /** sha256 (hex) of the suite. */
  readonly id: string
  /** Calls the function by the name that Python's solution has. */
  readonly suite: Suite
  /** One a language, Python's first. */
  readonly solutions: readonly NamedSolution[]
  /** Languages whose solutions do not pass: most often they follow another convention than the tests. */
  readonly failed: readonly (DropReason & { readonly language: Language })[]
}

export type CrossOutcome =
  | ({ readonly kind: 'proven' } & CrossProof)
  | ({ readonly kind: 'dropped' } & DropReason)
  /** The machine lacks something, or its sandbox failed: another run may prove it. */
  | { readonly kind: 'unjudged'; readonly reason: string }

/** @param sources languages whose solutions are taken; Python's are tried in any case, as the tests are Python's */
export async function proveCrossProblem(
  problem: CrossProblem,
  sources: readonly Language[],
  judge: Judge,
  settings: ProofSettings,
  signal?: AbortSignal,
): Promise<CrossOutcome> {
  const by = Map.groupBy(problem.solutions, ({ program }) => program.language)
  const python = await proveIn(problem, by.get('python') ?? [], judge, settings, signal)
  if (python.kind !== 'proven') return python
  const proven = { ...problem, readings: [python.suite.tests], limits: python.suite.limits }
  const solutions = [python.solution]
  const failed: CrossProof['failed'][number][] = []
  for (const language of sources) {
    const own = by.get(language)
    if (language === 'python' || own === undefined) continue
    const proof = await proveIn(proven, own, judge, settings, signal)
    if (proof.kind === 'unjudged') return proof
    if (proof.kind === 'proven') solutions.push(proof.solution)
    else failed.push({ language, reason: proof.reason, detail: proof.detail })
  }
  const { id, suite } = python
  return { kind: 'proven', id, suite, solutions, failed }
}

/** @param solutions of one language, which call the function by one name */
async function proveIn(
  problem: CrossProblem,
  solutions: readonly NamedSolution[],
  judge: Judge,
  settings: ProofSettings,
  signal: AbortSignal | undefined,
) {
  const name = solutions[0]?.name
  const readings = problem.readings.map((tests) =>
    name === undefined ? tests : callsBy(name, { tests }).tests,
  )
  const proof = await proveProblem(
    { ...problem, readings, solutions: solutions.map(({ program }) => program) },
    judge,
    settings,
    signal,
  )
  if (proof.kind !== 'proven') return proof
  const solution = solutions.find(({ program }) => program === proof.solutions[0])!
  return { kind: 'proven', id: proof.id, suite: proof.suite, solution } as const
}

/** The same tests, of a function that has another name. */
export function callsBy<Of extends Pick<Suite, 'tests'>>(name: string, suite: Of): Of {
  return { ...suite, tests: suite.tests.map((test) => (test.kind === 'call' ? { ...test, name } : test)) }
}
