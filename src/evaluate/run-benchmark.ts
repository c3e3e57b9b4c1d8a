/**
 * What is to be evaluated in; figures out, and a results folder that has all that they follow from. The same request goes
 * on where an earlier one stopped.
 */

import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { packageVersion } from '../base/package-version.ts'
import { UserError } from '../base/user-error.ts'
import { writeFileAtomically } from '../base/write-atomically.ts'
import { findPrograms, missingLanguage } from '../judge/find-programs.ts'
import type { Judge } from '../judge/judge.ts'
import { definitionOf } from '../judge/languages/languages.ts'
import type { BenchmarkEntry } from '../records/benchmark-results.ts'
import type { Language } from '../records/language.ts'
import type { HubOptions } from '../sources/read-hub.ts'
import type { Benchmark } from './benchmarks/benchmark.ts'
import { type BenchmarkEvent, type BenchmarkRun, evaluateBenchmark } from './evaluate-benchmark.ts'
import type { EvaluationConfig } from './evaluation-config.ts'
import { type AnswersPlace, openAnswers } from './open-answers.ts'
import { readBenchmark } from './read-benchmark.ts'
import { openResults, type Results, readConfig } from './results-folder.ts'
import { type Score, scoreResults } from './score-results.ts'
import { writeResultFiles } from './write-result-files.ts'

export interface BenchmarkOptions {
  readonly benchmark: Benchmark
  /** Null for those that `from` holds, or else those of published figures. */
  readonly languages: readonly Language[] | null
  readonly limit: number | null
  /** Where the rows are; none for the benchmark's own data sets of the hub. */
  readonly from: readonly string[]
  /** The results folder. */
  readonly out: string
  readonly answers: AnswersPlace
  /** Null for 1 and the number of samples. */
  readonly ks: readonly number[] | null
  readonly hub?: HubOptions
  /** Whether MultiPL-E's result files are written too. */
  readonly resultFiles: boolean
  readonly openJudge: () => Promise<Judge>
  readonly report: (event: BenchmarkEvent) => void
  readonly signal: AbortSignal
}

export interface BenchmarkSummary extends BenchmarkRun {
  readonly config: EvaluationConfig
  readonly ks: readonly number[]
  readonly scores: readonly Score[]
  /** How many answers could not be judged, by reason. */
  readonly unjudged: Readonly<Record<string, number>>
}

/** @throws UserError where rows, answers or the folder cannot be used, and where no more answers can be had */
export async function runBenchmark(options: BenchmarkOptions): Promise<BenchmarkSummary> {
  const { benchmark, limit, out, report, signal } = options
  const { from, languages: asked } = fromWhere(options)
  const before = readConfig(out)?.benchmark
  const read = await readBenchmark(benchmark, {
    languages: asked,
    limit,
    from,
    places: isDeepStrictEqual(before?.from, from) ? before?.places : undefined,
    hub: options.hub,
  })
  const { languages } = read
  const answers = await openAnswers(options.answers, read.problems)
  try {
    const config: EvaluationConfig = {
      form: 1,
      gepo: packageVersion(),
      benchmark: {
        name: benchmark.name,
        from,
        places: read.places,
        languages,
        limit,
        problems: read.hash,
      },
      answers: answers.config,
    }
    const { samples } = config.answers
    const ks = options.ks ?? [...new Set([1, samples])]
    const tooLarge = ks.find((k) => k > samples)
    if (tooLarge !== undefined)
      throw new UserError(
        `pass@${tooLarge} wants ${tooLarge} answers of a problem, and there are ${samples}; lower --k, or raise --samples.`,
      )
    const entries = read.problems.map(
      ({ id, source, target, unanswerable }): BenchmarkEntry => ({
        problem: id,
        source: source?.language ?? null,
        target,
        unanswerable,
      }),
    )
    const results = openResults(out, config, entries)
    try {
      if (answers.note !== undefined) report({ kind: 'note', text: answers.note })
      for (const definition of languages.map(definitionOf)) {
        if (findPrograms(definition) === undefined)
          report({ kind: 'note', text: `Answers will not be judged: ${missingLanguage(definition)}` })
      }
      const judge = await options.openJudge()
      try {
        const run = await evaluateBenchmark({
          problems: read.problems,
          results,
          openAnswerer: answers.open,
          judge,
          report,
          signal,
        })
        const scores = scoreResults(results, samples, ks)
        const summary = { ...run, config, ks, scores, unjudged: unjudgedReasons(results) }
        writeFileAtomically(join(out, 'scores.json'), `${JSON.stringify(summary, undefined, 2)}\n`)
        if (options.resultFiles) writeResultFiles(out, read.problems, results)
        return summary
      } finally {
        await judge.close()
      }
    } finally {
      results.close()
    }
  } finally {
    await answers.close()
  }
}

function unjudgedReasons({ verdicts }: Results): Record<string, number> {
  const reasons: Record<string, number> = {}
  for (const { verdict } of verdicts.values())
    if (verdict.kind === 'unjudged') reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1
  return reasons
}

function fromWhere({ benchmark, from, languages }: BenchmarkOptions): {
  readonly from: readonly string[]
  readonly languages: readonly Language[] | null
} {
  if (from.length > 0) return { from, languages }
  const { hub, name } = benchmark
  if (hub === undefined) throw new UserError(`${name} has no data set on the hub; name its file with --from.`)
  const asked = languages ?? hub.usualLanguages
  return { from: hub.placesOf(asked), languages: asked }
}
