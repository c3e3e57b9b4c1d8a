/**
 * A problem as its source has it and a judge in, a problem that can be set out: its tests, and for each language a
 * solution that the judge has seen pass all of them. Or why not.
 */
import { createHash } from 'node:crypto'
import type { Judge } from '../judge/judge.ts'
import type { Language, Program } from '../records/language.ts'
import type { DropReason, ProvenProblem, RawProblem } from '../records/problem.ts'
import type { Suite, SuiteLimits, Test } from '../records/suite.ts'
import type { Verdict } from '../records/verdict.ts'

export interface ProofSettings {
  /** Fewer distinct tests do not tell a right answer from a lucky one. */
  readonly minTests: number
  /** More are left out, evenly over the whole list: each costs a run for every answer. */
  readonly maxTests: number
  readonly limits: SuiteLimits
}

export type Proof =
  | ({ readonly kind: 'proven' } & ProvenProblem)
  | ({ readonly kind: 'dropped' } & DropReason)
  /** The machine lacks something: another one, or a later run, may prove it. */
  | { readonly kind: 'unjudged'; readonly reason: string }

/** Solutions of a language that are tried. Data sets hold dozens; when this many fail, the tests are wrong. */
const MOST_TRIED = 3

export async function proveProblem(
  raw: RawProblem,
  judge: Judge,
  { minTests, maxTests, limits }: ProofSettings,
  signal?: AbortSignal,
): Promise<Proof> {
  const suites = raw.readings.map((tests) => ({
    tests: spread(distinct(tests), maxTests),
    comparison: raw.comparison,
    limits: raw.limits ?? limits,
  }))
  const unfit = findFlaw(suites[0]!.tests, minTests)
  if (unfit !== undefined) return { kind: 'dropped', ...unfit }
  if (raw.solutions.length === 0) return dropped('no-solution', 'the source has no solution')

  const proven = new Map<Language, Program>()
  const failures: string[] = []
  let chosen: readonly Suite[] = suites
  for (const [language, programs] of byLanguage(raw.solutions)) {
    for (const program of programs.slice(0, MOST_TRIED)) {
      const trial = await tryReadings(program, chosen, judge, signal)
      if ('unjudged' in trial) {
        // Another language may still prove the problem.
        failures.push(`${language} is unjudged: ${trial.unjudged}`)
        break
      }
      if (trial.passed !== undefined) {
        proven.set(language, program)
        chosen = [trial.passed]
        break
      }
      failures.push(`${language}: ${trial.failure}`)
    }
  }
  if (proven.size > 0) {
    const suite = chosen[0]!
    return { kind: 'proven', id: suiteId(suite), suite, solutions: [...proven.values()] }
  }
  const unjudged = failures.find((failure) => failure.includes(' is unjudged: '))
  if (unjudged !== undefined) return { kind: 'unjudged', reason: unjudged }
  return dropped('solution-fails', failures[0]!)
}

const dropped = (reason: string, detail: string): Proof => ({ kind: 'dropped', reason, detail })

/** What makes tests useless as a reward. */
function findFlaw(tests: readonly Test[], minTests: number): DropReason | undefined {
  if (tests.length === 0) return { reason: 'no-tests', detail: 'there are no tests' }
  if (tests.length < minTests)
    return {
      reason: 'few-tests',
      detail: `${tests.length} distinct tests, at least ${minTests} are asked for`,
    }
  const results = new Set(tests.flatMap(expectedOf))
  // One answer for all inputs can be printed without reading any.
  return results.size === 1 ? { reason: 'one-output', detail: 'all tests expect the same' } : undefined
}

/** As a text, or none: code checks many things and names none of them to us. */
function expectedOf(test: Test): string[] {
  switch (test.kind) {
    case 'stdin':
      return [test.output.trim()]
    case 'call':
      return [JSON.stringify(test.result)]
    case 'code':
      return []
  }
}

type Trial =
  | { readonly passed: Suite }
  | { readonly passed: undefined; readonly failure: string }
  | { readonly unjudged: string }

async function tryReadings(
  program: Program,
  suites: readonly Suite[],
  judge: Judge,
  signal: AbortSignal | undefined,
): Promise<Trial> {
  let failure = ''
  for (const suite of suites) {
    const verdict = await judge.judge(program, suite, signal && { signal })
    if (verdict.kind === 'passed') return { passed: suite }
    if (verdict.kind === 'unjudged') return { unjudged: verdict.reason }
    failure ||= describe(verdict)
  }
  return { passed: undefined, failure }
}

function describe(verdict: Verdict): string {
  const place = 'test' in verdict ? ` in test ${verdict.test}` : ''
  const message = 'message' in verdict ? `: ${verdict.message.slice(-200)}` : ''
  return `${verdict.kind}${place}${message}`
}

function byLanguage(programs: readonly Program[]): Map<Language, Program[]> {
  return Map.groupBy(programs, ({ language }) => language)
}

function distinct(tests: readonly Test[]): Test[] {
  return [...new Map(tests.map((test) => [JSON.stringify(test), test])).values()]
}

/** @example spread([0, 1, 2, 3, 4, 5], 3) // [0, 2, 4] */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!)
}

const suiteId = (suite: Suite) => createHash('sha256').update(JSON.stringify(suite)).digest('hex')
