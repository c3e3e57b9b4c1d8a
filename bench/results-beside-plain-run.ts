/**
 * The judge's verdicts of an evaluation beside what the languages' own compilers and runtimes say of the same answers.
 * `node bench/results-beside-plain-run.ts RESULTS ROWS... [--languages python,cpp] [--failed-only] [--slots 1] [--save <name>]`
 *
 * RESULTS is a folder of `gepo eval --benchmark multipl-e` with chat's prompts, ROWS are the files that it read.
 *
 * Of each language: how many passed both, failed both, and each answer on which they differ or of which a plain run can say
 * nothing (it is put together by simpler means, plain-run.ts); each failure with the judge's reason and the plain run's.
 * `--failed-only` runs only what did not pass.
 */
import { parseArgs } from 'node:util'
import { forEachBounded } from '../src/base/for-each-bounded.ts'
import { answerProgram } from '../src/evaluate/answer-program.ts'
import { MULTIPL_E } from '../src/evaluate/benchmarks/multipl-e.ts'
import { readBenchmark } from '../src/evaluate/read-benchmark.ts'
import { keyOf, readResults } from '../src/evaluate/results-folder.ts'
import type { BenchmarkProblem } from '../src/records/benchmark-problem.ts'
import type { BenchmarkAnswer } from '../src/records/benchmark-results.ts'
import type { Language } from '../src/records/language.ts'
import type { Verdict } from '../src/records/verdict.ts'
import { type PlainResult, runWithTest } from './plain-run.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  options: {
    languages: { type: 'string' },
    'failed-only': { type: 'boolean', default: false },
    slots: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
  allowPositionals: true,
})
const [folder, ...from] = positionals
if (folder === undefined || from.length === 0) throw new Error('the results or the rows are missing')
const { answers, verdicts, config } = readResults(folder)
if (config.answers.prompt !== 'chat') throw new Error('its prompts are not those of chat')
const { problems, languages } = await readBenchmark(MULTIPL_E, {
  languages: (values.languages?.split(',') as Language[] | undefined) ?? null,
  limit: null,
  from,
})

interface Compared {
  readonly problem: string
  readonly verdict: Verdict
  /** Undefined where it cannot be said. */
  readonly plain: PlainResult | undefined
}

async function compare(problem: BenchmarkProblem, { text }: BenchmarkAnswer): Promise<Compared | undefined> {
  const verdict = verdicts.get(keyOf({ problem: problem.id, sample: 0 }))?.verdict
  const [test] = problem.suite.tests
  if (verdict === undefined || test?.kind !== 'code') return undefined
  if (verdict.kind === 'passed' && values['failed-only']) return undefined
  const reading = answerProgram(problem, 'chat', text)
  const plain = reading.kind === 'program' ? await runWithTest(reading.program, test.code) : undefined
  return { problem: problem.id.split('/').at(-1)!, verdict, plain }
}

const report: object[] = []
for (const language of languages) {
  const compared: Compared[] = []
  const own = problems.filter(({ target }) => target === language)
  await forEachBounded(each(own), Number(values.slots), async (problem) => {
    const answer = answers.get(keyOf({ problem: problem.id, sample: 0 }))
    const result = answer && (await compare(problem, answer))
    if (result !== undefined) compared.push(result)
  })
  compared.sort((a, b) => (a.problem < b.problem ? -1 : 1))
  const passed = ({ verdict }: Compared) => verdict.kind === 'passed'
  const count = (isSo: (one: Compared) => boolean) => compared.filter(isSo).length
  report.push({
    language,
    answers: own.length,
    compared: compared.length,
    bothPass: count((one) => passed(one) && one.plain?.holds === true),
    bothFail: count((one) => !passed(one) && one.plain?.holds === false),
    differ: compared.filter((one) => one.plain !== undefined && one.plain.holds !== passed(one)),
    passedAlone: compared
      .filter((one) => passed(one) && one.plain === undefined)
      .map(({ problem }) => problem),
    failed: compared.filter((one) => !passed(one) && one.plain?.holds !== true),
  })
  console.log(JSON.stringify(report.at(-1), null, 1))
  saveReport(values.save, { hardware: hardware(), node: process.version, languages: report })
}

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}
