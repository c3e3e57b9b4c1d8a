/**
 * The judge's own error, in both directions.
 * `node bench/grader-error.ts FOLDER [--parts canonical,mutants,cheats] [--languages python,cpp] [--problems 20]
 * [--mutants 2] [--recorded MULTIPL_E] [--slots 2] [--seed 0] [--save <name>]`
 *
 * FOLDER has HumanEval-X (humaneval_python.jsonl.gz and so on), MULTIPL_E rows of MultiPL-E with answers that were recorded
 * of a chat model (`gpt_solution`).
 *
 * - **False failures**: canonical solutions, by call tests and by the data set's own code (`--problems` of each language,
 *   evenly over the set; 0 for all), recorded answers that are right by a plain run, and the solutions of fixtures/problems
 *   by tests of their input and output.
 * - **False passes on mutants**: of each of those that pass, `--mutants` texts in which one operator or literal is another,
 *   and that a plain run shows to differ (plain-run.ts): the program and the data set's test by the language's own compiler
 *   and runtime, programs of fixtures/problems on the tests' inputs. Where that can say nothing, code and calls stand
 *   against each other.
 * - **False passes on cheats**: the wrong answers of fixtures/code-tests, by code and by calls, those of fixtures/code-cheats by
 *   the tests that they bring, and those of fixtures/judge by what they print.
 *
 * Every disagreement is listed with its verdict, for a person to say whose it is.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { forEachBounded } from '../src/base/for-each-bounded.ts'
import { createRandom } from '../src/base/random.ts'
import { answerProgram } from '../src/evaluate/answer-program.ts'
import { HUMANEVAL_X } from '../src/evaluate/benchmarks/humaneval-x.ts'
import { languageOfTag, MULTIPL_E, multiplEId } from '../src/evaluate/benchmarks/multipl-e.ts'
import { readBenchmark } from '../src/evaluate/read-benchmark.ts'
import { findPrograms } from '../src/judge/find-programs.ts'
import type { Judge } from '../src/judge/judge.ts'
import { DEFINITIONS } from '../src/judge/languages/languages.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import { callsBy } from '../src/problems/crosspleval/prove-cross-problem.ts'
import { readHumanEvalX } from '../src/problems/crosspleval/read-humaneval-x.ts'
import { spread } from '../src/problems/prove-problem.ts'
import { readProblemFolder } from '../src/problems/sources/read-folder.ts'
import type { Language, Program } from '../src/records/language.ts'
import { DEFAULT_SUITE_LIMITS, type Suite, type Test } from '../src/records/suite.ts'
import type { Verdict } from '../src/records/verdict.ts'
import { readRows } from '../src/sources/read-rows.ts'
import { readCodeCheats } from '../test/judge/code-cheats.ts'
import { outputsOf, type PlainResult, runWithTest } from './plain-run.ts'
import { hardware, saveReport } from './save-report.ts'
import { mutantsOf } from './text-mutants.ts'

const { values, positionals } = parseArgs({
  options: {
    parts: { type: 'string', default: 'canonical,mutants,cheats' },
    languages: { type: 'string' },
    problems: { type: 'string', default: '20' },
    mutants: { type: 'string', default: '2' },
    recorded: { type: 'string' },
    slots: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    save: { type: 'string' },
  },
  allowPositionals: true,
})

const ROOT = join(import.meta.dirname, '..')
const parts = values.parts.split(',')
const installed = DEFINITIONS.filter((definition) => findPrograms(definition) !== undefined).map(
  ({ language }) => language,
)
const languages = (values.languages?.split(',') as Language[] | undefined) ?? installed

type Kind = Test['kind']

/** A right program, and what judges it. */
interface Subject {
  readonly name: string
  readonly kind: Kind
  readonly program: Program
  readonly suite: Suite
  /** Whether a program differs from this one, by a run that no judge has to do with; undefined where none can say. */
  readonly differs: ((program: Program) => Promise<boolean | undefined>) | undefined
}

interface Finding {
  readonly name: string
  readonly language: Language
  readonly kind: Kind
  readonly verdict: Verdict
  readonly edit?: string
}

const limits = { ...DEFAULT_SUITE_LIMITS, testMs: 5000, memoryBytes: 1024 ** 3 }

/** HumanEval-X's words for the languages, in the names of its files. */
const X_FILES: Readonly<Partial<Record<Language, string>>> = {
  python: 'python',
  cpp: 'cpp',
  java: 'java',
  javascript: 'js',
  go: 'go',
  rust: 'rust',
}

async function subjectsOfX(folder: string, language: Language): Promise<Subject[]> {
  const word = X_FILES[language]
  if (word === undefined) return []
  const from = [`humaneval_${word}.jsonl.gz`, `humaneval_${word}.jsonl`].map((name) => join(folder, name))
  const { problems } = await readBenchmark(HUMANEVAL_X, {
    languages: [language],
    limit: null,
    from: from.filter((path) => existsSync(path)),
  })
  const byNumber = new Map(problems.map((problem) => [problem.id.split('/').at(-1), problem]))
  const subjects: Subject[][] = []
  for await (const item of readHumanEvalX(folder)) {
    if (item.kind === 'dropped') continue
    const { origin, readings, comparison, solutions } = item.problem
    const solution = solutions.find(({ program }) => program.language === language)
    const problem = byNumber.get(origin.row.split('/').at(-1))
    if (solution === undefined || problem === undefined) continue
    const block = `\`\`\`${language}\n${withoutCrates(solution.program.code)}\n\`\`\``
    const answer = answerProgram(problem, 'chat', block)
    if (answer.kind !== 'program') throw new Error(`${problem.id}: ${answer.message}`)
    const { program } = answer
    const common = { name: problem.id, program, differs: differsOnTest(program, problem.suite.tests[0]) }
    const code: Subject = { ...common, kind: 'code', suite: { ...problem.suite, limits } }
    const calls = callsBy(solution.name, { tests: readings[0]!, comparison, limits })
    const judged = [code, { ...common, kind: 'call', suite: calls } as const]
    subjects.push(judged.filter(({ suite }) => suite.tests.length > 0))
  }
  return spread(subjects, Number(values.problems) || subjects.length).flat()
}

/** Crates are not there to be used. */
const withoutCrates = (code: string) => code.replaceAll(/^use (?:rand|regex|md5)\b.*\n/gm, '')

/** By a plain run with the data set's test, which the original must pass. */
function differsOnTest(original: Program, test: Test | undefined): Subject['differs'] {
  if (test?.kind !== 'code') return undefined
  let right: Promise<PlainResult | undefined> | undefined
  return async (program) => {
    right ??= runWithTest(original, test.code)
    if ((await right)?.holds !== true) return undefined
    const result = await runWithTest(program, test.code)
    return result && !result.holds
  }
}

/** Answers that MultiPL-E's rows have recorded, with its tests; right are those that a plain run finds right. */
async function subjectsOfRecorded(folder: string, language: Language): Promise<Subject[]> {
  const { problems } = await readBenchmark(MULTIPL_E, { languages: null, limit: null, from: [folder] })
  const texts = new Map<string, string>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.jsonl')))
    for await (const { fields } of readRows(join(folder, file), [])) {
      const { name, language: tag, gpt_solution: text } = fields as Readonly<Record<string, unknown>>
      const own = typeof tag === 'string' ? languageOfTag(tag) : undefined
      if (own !== undefined && typeof text === 'string') texts.set(multiplEId(own, String(name)), text)
    }
  const asked = problems.flatMap((problem) => {
    const text = problem.target === language ? texts.get(problem.id) : undefined
    const answer = text === undefined ? undefined : answerProgram(problem, 'chat', text)
    return answer?.kind === 'program' ? [{ problem, program: answer.program }] : []
  })
  const right: Subject[] = []
  for (const { problem, program } of spread(asked, Number(values.problems) || asked.length)) {
    const [test] = problem.suite.tests
    if (test?.kind !== 'code' || (await runWithTest(program, test.code))?.holds !== true) continue
    const differs = differsOnTest(program, test)
    right.push({ name: problem.id, kind: 'code', program, suite: { ...problem.suite, limits }, differs })
  }
  return right
}

/** The project's own problems of input and output, each with solutions in many languages. */
function subjectsOfFixtures(language: Language): Subject[] {
  const folder = join(ROOT, 'fixtures/problems')
  const subjects = readdirSync(folder).flatMap((name): Subject[] => {
    const content = readProblemFolder(join(folder, name))
    if ('reason' in content) throw new Error(`${name}: ${content.detail}`)
    const program = content.solutions.find((solution) => solution.language === language)
    const tests = content.readings[0]!
    const [first] = tests
    if (program === undefined || first === undefined || first.kind === 'code') return []
    const suite = { tests, comparison: content.comparison, limits: content.limits ?? limits }
    return [
      {
        name: `fixtures/${name}`,
        kind: first.kind,
        program,
        suite,
        differs: first.kind === 'stdin' ? differsOnInputs(program, tests) : undefined,
      },
    ]
  })
  return spread(subjects, Number(values.problems) || subjects.length)
}

/** On the tests' own inputs, by exit status and what is printed. */
function differsOnInputs(original: Program, tests: readonly Test[]): Subject['differs'] {
  const inputs = tests.map((test) => (test.kind === 'stdin' ? test.input : ''))
  let right: Promise<readonly string[] | undefined> | undefined
  return async (program) => {
    right ??= outputsOf(original, inputs)
    const [before, after] = [await right, await outputsOf(program, inputs)]
    return before === undefined || after === undefined ? undefined : !isDeepStrictEqual(before, after)
  }
}

const judgeFinding = async (
  judge: Judge,
  subject: Subject,
  program: Program,
  edit?: string,
): Promise<Finding> => ({
  name: subject.name,
  language: program.language,
  kind: subject.kind,
  ...(edit === undefined ? {} : { edit }),
  verdict: await judge.judge(program, subject.suite),
})

const passes = ({ verdict }: Finding) => verdict.kind === 'passed'

/** Right programs, and which of them do not pass. */
async function judgeCanonical(judge: Judge, subjects: readonly Subject[]) {
  const findings = await Promise.all(subjects.map((subject) => judgeFinding(judge, subject, subject.program)))
  return {
    passed: subjects.filter((_, index) => passes(findings[index]!)),
    judged: findings.length,
    failures: findings.filter((finding) => !passes(finding)),
  }
}

async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}

async function judgeMutants(judge: Judge, subjects: readonly Subject[]) {
  const random = createRandom(`grader ${values.seed}`)
  const counts = { made: 0, same: 0, unknown: 0, different: 0, rejected: 0 }
  const falsePasses: Finding[] = []
  // What the two kinds of test say of one text.
  const said = new Map<string, Finding[]>()
  // Drawn before anything runs: what is drawn depends on nothing else.
  const drawn = subjects.map(({ program: { language, code } }) =>
    mutantsOf(language, code, Number(values.mutants), random),
  )
  await forEachBounded(each(subjects.entries()), Number(values.slots), async ([index, subject]) => {
    const { language } = subject.program
    for (const { text, edit } of drawn[index]!) {
      counts.made++
      const program = { language, code: text }
      const differs = await subject.differs?.(program)
      if (differs === false) counts.same++
      else if (differs === undefined && subject.differs !== undefined) counts.unknown++
      if (differs === false) continue
      const finding = await judgeFinding(judge, subject, program, edit)
      const key = JSON.stringify([language, text])
      said.set(key, [...(said.get(key) ?? []), finding])
      if (differs !== true) continue
      counts.different++
      if (passes(finding)) falsePasses.push(finding)
      else counts.rejected++
    }
  })
  const split = [...said.values()].filter(
    (findings) =>
      new Set(findings.map(passes)).size > 1 && !findings.some((each) => falsePasses.includes(each)),
  )
  return { ...counts, falsePasses, kindsDisagree: split }
}

const CALLS: readonly (readonly number[])[] = [[1, 2, 3], [5], [2, 2], []]
const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)

/** Answers that are wrong, and those among them that pass. */
async function judgeCheats(judge: Judge, language: Language) {
  const suites: Record<Kind, (test: string | undefined) => readonly Test[]> = {
    code: (test) => (test === undefined ? [] : [{ kind: 'code', code: test }]),
    call: () =>
      CALLS.map((numbers) => ({ kind: 'call', name: 'total', arguments: [numbers], result: sumOf(numbers) })),
    stdin: () =>
      CALLS.slice(0, 3).map((numbers) => ({
        kind: 'stdin',
        input: `${numbers.length}\n${numbers.join(' ')}\n`,
        output: `${sumOf(numbers)}\n`,
      })),
  }
  const places = [
    {
      folder: 'code-tests',
      kinds: ['code', 'call'],
      isWrong: (name: string) => !/^(?:right|test)\b/.test(name),
    },
    { folder: 'judge', kinds: ['stdin'], isWrong: (name: string) => CHEATS.test(name) },
  ] as const
  const asked = places.flatMap(({ folder, kinds, isWrong }) => {
    const path = join(ROOT, 'fixtures', folder, language)
    if (!existsSync(path)) return []
    const files = readdirSync(path)
    const test = files.find((file) => file.startsWith('test.'))
    const code = test && readFileSync(join(path, test), 'utf8')
    return files
      .filter((file) => isWrong(basename(file, extname(file))))
      .flatMap((file) => {
        const text = readFileSync(join(path, file), 'utf8')
        return kinds.map((kind) => ({ name: file, code: text, kind, tests: suites[kind](code) }))
      })
  })
  const own = readCodeCheats()
    .filter((cheat) => cheat.language === language && !cheat.isRight)
    .map(({ name, answer, test }) => ({
      ...{ name, code: answer, kind: 'code' as const, tests: [{ kind: 'code' as const, code: test }] },
    }))
  const findings = await Promise.all(
    [...asked, ...own].map(async ({ name, code, kind, tests }): Promise<Finding> => {
      const suite = { tests, comparison: { kind: 'lines' }, limits: { ...limits, testMs: 4000 } } as const
      return { name, language, kind, verdict: await judge.judge({ language, code }, suite) }
    }),
  )
  return {
    judged: findings.filter(({ verdict }) => verdict.kind !== 'unjudged').length,
    unjudged: findings.filter(({ verdict }) => verdict.kind === 'unjudged').length,
    byKind: Object.fromEntries(
      (['code', 'call', 'stdin'] as const).map((kind) => [
        kind,
        findings.filter((each) => each.kind === kind && each.verdict.kind !== 'unjudged').length,
      ]),
    ),
    falsePasses: findings.filter(passes),
  }
}

/** Those of fixtures/judge that answer nothing and want to pass. */
const CHEATS = /^(?:early-exit|guess|exit-status|wrong|crash)$/

const [folder] = positionals
if (folder === undefined && parts.some((part) => part !== 'cheats'))
  throw new Error('the folder of HumanEval-X is missing')
const judge = await openJudge({ slots: Number(values.slots) })
const report: object[] = []
try {
  for (const language of languages) {
    const own: Record<string, unknown> = { language }
    if (parts.includes('canonical') || parts.includes('mutants')) {
      const recorded =
        values.recorded === undefined ? [] : await subjectsOfRecorded(values.recorded, language)
      const subjects = [
        ...(await subjectsOfX(folder!, language)),
        ...recorded,
        ...subjectsOfFixtures(language),
      ]
      const canonical = await judgeCanonical(judge, subjects)
      const byKind = Object.groupBy(subjects, ({ kind }) => kind)
      own.canonical = {
        judged: Object.fromEntries(Object.entries(byKind).map(([kind, all]) => [kind, all.length])),
        failures: canonical.failures,
      }
      if (parts.includes('mutants')) own.mutants = await judgeMutants(judge, canonical.passed)
    }
    if (parts.includes('cheats')) own.cheats = await judgeCheats(judge, language)
    report.push(own)
    console.log(JSON.stringify(own, null, 1))
    saveReport(values.save, {
      hardware: hardware(),
      node: process.version,
      accounting: judge.accounting,
      languages: report,
    })
  }
} finally {
  await judge.close()
}
