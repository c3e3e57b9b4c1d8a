/**
 * Results in, a row of figures for each pair of languages out. What could not be judged or was not answered is neither a
 * pass nor a failure: it is in no pass rate, and counted beside.
 */

import { estimatePass, type PassEstimate } from '../base/pass-at-k.ts'
import type { BenchmarkAnswer, BenchmarkEntry, BenchmarkVerdict } from '../records/benchmark-results.ts'
import type { Language } from '../records/language.ts'
import type { Verdict } from '../records/verdict.ts'
import { keyOf } from './results-folder.ts'

export interface Score {
  /** Null where problems are told in words. */
  readonly source: Language | null
  readonly target: Language
  readonly problems: number
  /** Problems that no answer can solve, by the data. */
  readonly unanswerable: readonly string[]
  /** Answers: those that were judged, could not be judged, and were not given. */
  readonly judged: number
  readonly unjudged: number
  readonly unanswered: number
  /** Answers that had not ended when they were as long as they may be; they are judged as they are. */
  readonly cut: number
  readonly outcomes: Readonly<Partial<Record<Verdict['kind'], number>>>
  /** By k; a k for which no problem has enough judged answers is left out. */
  readonly passAt: Readonly<Record<number, PassEstimate>>
}

export interface ScoredResults {
  readonly problems: readonly BenchmarkEntry[]
  /** By {@link keyOf}. */
  readonly answers: ReadonlyMap<string, Pick<BenchmarkAnswer, 'finish'>>
  readonly verdicts: ReadonlyMap<string, Pick<BenchmarkVerdict, 'verdict'>>
}

/** @param samples answers asked of each problem */
export function scoreResults(
  { problems, answers, verdicts }: ScoredResults,
  samples: number,
  ks: readonly number[],
): Score[] {
  const pairs = Map.groupBy(problems, ({ source, target }) => `${source} ${target}`)
  return [...pairs.values()].map((own) => {
    const { source, target } = own[0]!
    const perProblem = own.map((entry) => {
      const keys = Array.from({ length: samples }, (_, sample) => keyOf({ problem: entry.problem, sample }))
      return keys.map((key) => ({ answer: answers.get(key), verdict: verdicts.get(key)?.verdict }))
    })
    const all = perProblem.flat()
    const outcomes: Partial<Record<Verdict['kind'], number>> = {}
    for (const { verdict } of all) if (verdict) outcomes[verdict.kind] = (outcomes[verdict.kind] ?? 0) + 1
    const tries = perProblem.map((tried) => ({
      judged: tried.filter(({ verdict }) => verdict !== undefined && verdict.kind !== 'unjudged').length,
      passed: tried.filter(({ verdict }) => verdict?.kind === 'passed').length,
    }))
    const estimates = ks.flatMap((k): [number, PassEstimate][] => {
      const estimate = estimatePass(tries, k)
      return estimate === undefined ? [] : [[k, estimate]]
    })
    return {
      source,
      target,
      problems: own.length,
      unanswerable: own.filter((entry) => entry.unanswerable !== null).map(({ problem }) => problem),
      judged: tries.reduce((sum, { judged }) => sum + judged, 0),
      unjudged: all.filter(({ verdict }) => verdict?.kind === 'unjudged').length,
      unanswered: all.filter(({ answer }) => answer === undefined).length,
      cut: all.filter(({ answer }) => answer?.finish === 'length').length,
      outcomes,
      passAt: Object.fromEntries(estimates),
    }
  })
}
