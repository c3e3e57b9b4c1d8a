/**
 * The judge's own error, in both directions.
 * `node bench/grader-error.ts FOLDER [--parts canonical,mutants,cheats] [--languages python,cpp] [--problems 20]
 * [--mutants 2] [--slots 2] [--seed 0] [--save <name>]`
 *
 * FOLDER has HumanEval-X (humaneval_python.jsonl.gz and so on).
 *
 * - **False failures**: canonical solutions, by call tests and by the data set's own code (`--problems` of each language,
 *   evenly over the set; 0 for all), and the solutions of fixtures/problems by tests of their input and output.
 * - **False passes on mutants**: of each of those that pass, `--mutants` texts in which one operator or literal is another,
 *   and that another run shows to differ. That run is no judge: the program and the data set's test, by the language's own
 *   compiler and runtime on this machine, in Python, C++, Java and JavaScript; programs of fixtures/problems on the tests'
 *   inputs. In Go and Rust the two kinds of test stand against each other.
 * - **False passes on cheats**: the wrong answers of fixtures/code-tests, by code and by calls, and of fixtures/judge, by what they
 *   print.
 *
 * Every disagreement is listed with its verdict, for a person to say whose it is.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { forEachBounded } from '../src/base/for-each-bounded.ts'
import { createRandom } from '../src/base/random.ts'
import { answerProgram } from '../src/evaluate/answer-program.ts'
import { HUMANEVAL_X } from '../src/evaluate/benchmarks/humaneval-x.ts'
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
import { hardware, saveReport } from './save-report.ts'
import { mutantsOf } from './text-mutants.ts'

const { values, positionals } = parseArgs({
  options: {
    parts: { type: 'string', default: 'canonical,mutants,cheats' },
    languages: { type: 'string' },
    problems: { type: 'string', default: '20' },
    mutants: { type: 'string', default: '2' },
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
    const common = { name: problem.id, program, differs: plainRun(language, program, problem.suite.tests[0]) }
    const code: Subject = { ...common, kind: 'code', suite: { ...problem.suite, limits } }
    const calls = callsBy(solution.name, { tests: readings[0]!, comparison, limits })
    const judged = [code, { ...common, kind: 'call', suite: calls } as const]
    subjects.push(judged.filter(({ suite }) => suite.tests.length > 0))
  }
  return spread(subjects, Number(values.problems) || subjects.length).flat()
}

/** Crates are not there to be used. */
const withoutCrates = (code: string) => code.replaceAll(/^use (?:rand|regex|md5)\b.*\n/gm, '')

interface PlainRun {
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** In a folder of its own; limited by CPU time, as a busy machine must not make two programs differ. */
async function inFolder<Result>(
  file: string,
  code: string,
  work: (run: (command: readonly string[], input?: string) => Promise<PlainRun>) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'gepo-grader-'))
  try {
    writeFileSync(join(folder, file), code)
    return await work(async (command, input = '') => {
      const limits = ['--cpu=6', '--fsize=100000000']
      const { exitCode, stdout, stderr } = await execa('prlimit', [...limits, ...command], {
        ...{ cwd: folder, input, reject: false, maxBuffer: 10_000_000 },
        ...{ timeout: 600_000, killSignal: 'SIGKILL' },
      })
      return { status: exitCode, stdout, stderr }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The program with the data set's test behind it, by nothing but the language: it must end well and say nothing. */
function plainRun(language: Language, original: Program, test: Test | undefined): Subject['differs'] {
  const form = PLAIN[language]
  if (form === undefined || test?.kind !== 'code') return undefined
  const holds = (code: string) =>
    inFolder(form.file, `${code}\n${test.code}`, async (run) => {
      if (form.compile !== undefined && (await run(form.compile)).status !== 0) return undefined
      const { status, stderr } = await run(form.run)
      return status === 0 && !(form.isSilent && stderr !== '')
    })
  let isRight: Promise<boolean | undefined> | undefined
  return async ({ code }) => {
    isRight ??= holds(original.code)
    if ((await isRight) !== true) return undefined
    const held = await holds(code)
    return held === undefined ? undefined : !held
  }
}

interface PlainForm {
  readonly file: string
  readonly compile?: readonly string[]
  readonly run: readonly string[]
  /** What it says on standard error is a failure, whatever its exit status. */
  readonly isSilent?: boolean
}

const PLAIN: Readonly<Partial<Record<Language, PlainForm>>> = {
  python: { file: 'main.py', run: ['python3', 'main.py'] },
  javascript: { file: 'main.js', run: [process.execPath, 'main.js'], isSilent: true },
  cpp: { file: 'main.cpp', compile: ['g++', '-std=c++17', '-w', '-o', 'main', 'main.cpp'], run: ['./main'] },
  java: { file: 'Main.java', compile: ['javac', 'Main.java'], run: ['java', '-ea', 'Main'] },
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
  const form = DIRECT[original.language]
  if (form === undefined) return undefined
  const outputs = (code: string) =>
    inFolder(form.file, code, async (run) => {
      if (form.compile !== undefined && (await run(form.compile)).status !== 0) return undefined
      const all: string[] = []
      for (const test of tests) {
        const { status, stdout } = await run(form.run, test.kind === 'stdin' ? test.input : '')
        all.push(`${status} ${stdout.trim()}`)
      }
      return JSON.stringify(all)
    })
  let right: Promise<string | undefined> | undefined
  return async ({ code }) => {
    right ??= outputs(original.code)
    const [before, after] = [await right, await outputs(code)]
    return before === undefined || after === undefined ? undefined : before !== after
  }
}

const DIRECT: Readonly<Partial<Record<Language, PlainForm>>> = {
  python: { file: 'main.py', run: ['python3', 'main.py'] },
  javascript: { file: 'main.js', run: [process.execPath, 'main.js'] },
  typescript: { file: 'main.ts', run: [process.execPath, 'main.ts'] },
  php: { file: 'main.php', run: ['php', 'main.php'] },
  bash: { file: 'main.sh', run: ['bash', 'main.sh'] },
  c: { file: 'main.c', compile: ['gcc', '-O1', '-w', '-o', 'main', 'main.c', '-lm'], run: ['./main'] },
  cpp: { file: 'main.cpp', compile: ['g++', '-std=c++17', '-w', '-o', 'main', 'main.cpp'], run: ['./main'] },
  go: { file: 'main.go', compile: ['go', 'build', '-o', 'main', 'main.go'], run: ['./main'] },
  rust: { file: 'main.rs', compile: ['rustc', '--edition', '2021', 'main.rs'], run: ['./main'] },
  haskell: { file: 'main.hs', compile: ['ghc', '-v0', 'main.hs', '-o', 'main'], run: ['./main'] },
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
      if (differs === false || (differs === undefined && subject.differs !== undefined)) continue
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
      .flatMap((file) => kinds.map((kind) => ({ path, file, kind, tests: suites[kind](code) })))
  })
  const findings = await Promise.all(
    asked.map(async ({ path, file, kind, tests }): Promise<Finding> => {
      const program = { language, code: readFileSync(join(path, file), 'utf8') }
      const suite = { tests, comparison: { kind: 'lines' }, limits: { ...limits, testMs: 4000 } } as const
      return { name: file, language, kind, verdict: await judge.judge(program, suite) }
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
      const subjects = [...(await subjectsOfX(folder!, language)), ...subjectsOfFixtures(language)]
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
