/**
 * The judge's own error on right answers: HumanEval-X's 164 canonical solutions in each of its languages, each judged by
 * the data set's own test, which is code, and by call tests.
 * `node bench/judge-humaneval-x.ts FOLDER [--languages python,cpp] [--as code,calls] [--slots 2] [--save <name>]`
 *
 * FOLDER has humaneval_python.jsonl.gz and so on. Calls are those of the Python tests that compare with a literal; the
 * same ones for all languages, so an answer that follows another convention there (an empty list for None, say) fails
 * them by the data. What is not passed is listed with its verdict, for a person to say why.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import type { Judge } from '../src/judge/judge.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import { parsePythonLiteral } from '../src/problems/parse-python-literal.ts'
import type { JsonValue } from '../src/records/json-value.ts'
import type { Language } from '../src/records/language.ts'
import { DEFAULT_SUITE_LIMITS, type Suite, type Test } from '../src/records/suite.ts'
import type { Verdict } from '../src/records/verdict.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  options: {
    languages: { type: 'string', default: 'python,cpp,java,javascript,go,rust' },
    as: { type: 'string', default: 'code,calls' },
    slots: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
  allowPositionals: true,
})

type Kind = 'code' | 'calls'

const kinds = values.as.split(',') as Kind[]

interface Row {
  readonly task_id: string
  readonly prompt: string
  readonly canonical_solution: string
  readonly test: string
  readonly declaration: string
}

/** What a language needs: its file, the answer and the test for a row, the name of the row's function. */
interface Form {
  readonly file: string
  /** Default the prompt and the solution. */
  readonly answer?: (row: Row) => string
  /** Default the row's own. */
  readonly test?: (row: Row) => string
  readonly name: RegExp
  /** Where the name is that the tests call: what is declared, or what is solved where that is another function. */
  readonly named?: (row: Row) => string
}

const solution = ({ prompt, canonical_solution }: Row) => prompt + canonical_solution

const FORMS: Readonly<Partial<Record<Language, Form>>> = {
  python: { file: 'python', name: /def (\w+)\(/g },
  // Some solutions need what the declaration includes and the prompt does not.
  cpp: {
    file: 'cpp',
    answer: (row) => `${includesOf(row)}${solution(row)}`,
    name: /(\w+)\s*\([^()]*\)\s*\{/g,
  },
  java: {
    file: 'java',
    name: /(\w+)\([^()]*\)[^(){]*\{/g,
  },
  javascript: {
    file: 'js',
    name: /const (\w+) =/g,
  },
  go: {
    file: 'go',
    answer: (row) => goAnswer(row as GoRow),
    test: (row) => goTest(row as GoRow),
    name: /func (\w+)\(/g,
  },
  rust: {
    file: 'rust',
    answer: rustSolution,
    name: /fn (\w+)/g,
    named: rustSolution,
  },
}

/** Packages that solutions use. Some prompts import more, or less, and the data set's own runner puts that right. */
const GO_PACKAGES = [
  'bytes',
  'fmt',
  'math',
  'regexp',
  'sort',
  'strconv',
  'strings',
  'time',
  'crypto/md5',
  'math/rand',
]

type GoRow = Row & { readonly import: string }

const goImports = (code: string) =>
  GO_PACKAGES.filter((path) => new RegExp(`\\b${path.split('/').at(-1)}\\.`).test(code))
    .map((path) => `import "${path}"\n`)
    .join('')

/** The solution in a file that imports what it uses. */
function goAnswer(row: GoRow): string {
  const code = solution(row).replace(row.import, '')
  return `package main\n${goImports(code.replaceAll(/\/\/.*/g, ''))}${code}`
}

const goTest = ({ test }: GoRow) =>
  `import "testing"\nimport "github.com/stretchr/testify/assert"\n${goImports(test)}${test}`

/** Without the lines that ask for packages from elsewhere: only 162 needs one. */
function rustSolution({ declaration, canonical_solution }: Row): string {
  return `${declaration.replace(/^use (?:rand|regex|md5)\b.*\n/gm, '')}${canonical_solution}`
}

const includesOf = ({ declaration }: Row) =>
  `${declaration
    .split('\n')
    .filter((line) => /^\s*#\s*include/.test(line))
    .join('\n')}\n`

const suiteOf = (tests: readonly Test[]): Suite => ({
  tests,
  comparison: { kind: 'words', tolerance: 1e-4 },
  limits: { ...DEFAULT_SUITE_LIMITS, testMs: 20_000 },
})

function readRows(file: string): Row[] {
  const bytes = gunzipSync(readFileSync(join(positionals[0]!, `humaneval_${file}.jsonl.gz`)))
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** Of `assert f(1, [2]) == 3`: the arguments and the result; undefined for what is no such call. */
function readAssertion(line: string): { arguments: readonly JsonValue[]; result: JsonValue } | undefined {
  const [, isNot, rest] = /^\s*assert (not )?\w+(\(.*)$/.exec(line) ?? []
  if (rest === undefined) return undefined
  for (let end = rest.indexOf(')'); end >= 0; end = rest.indexOf(')', end + 1)) {
    const after = /^\s*(?:==\s*(.*)|,.*)?$/.exec(rest.slice(end + 1))
    if (after === null) continue
    const expected = after[1] ?? (isNot ? 'False' : 'True')
    try {
      const arguments_ = parsePythonLiteral(`[${rest.slice(1, end)}]`) as readonly JsonValue[]
      const [result] = parsePythonLiteral(`[${expected}]`) as readonly JsonValue[]
      return { arguments: arguments_, result: result! }
    } catch {
      // Another bracket is the call's.
    }
  }
  return undefined
}

function callsOf(row: Row): readonly { arguments: readonly JsonValue[]; result: JsonValue }[] {
  return row.test.split('\n').flatMap((line) => readAssertion(line) ?? [])
}

async function judgeLanguage(judge: Judge, language: Language, calls: readonly ReturnType<typeof callsOf>[]) {
  const {
    file,
    answer = solution,
    test = (row: Row) => row.test,
    name,
    named = ({ declaration }) => declaration,
  } = FORMS[language]!
  const failures: { task: string; as: string; verdict: Verdict }[] = []
  const passed = { code: 0, calls: 0 }
  const rows = readRows(file)
  let withCalls = 0
  await Promise.all(
    rows.flatMap((row, index) => {
      const take = async (as: Kind, code: string, suite: Suite) => {
        const verdict = await judge.judge({ language, code }, suite)
        if (verdict.kind === 'passed') passed[as]++
        else failures.push({ task: row.task_id, as, verdict })
      }
      const judged = kinds.includes('code')
        ? [take('code', answer(row), suiteOf([{ kind: 'code', code: test(row) }]))]
        : []
      const found = calls[index]!
      if (found.length > 0 && kinds.includes('calls')) {
        withCalls++
        const names = [...named(row).matchAll(name)].map(([, each]) => each!)
        const functionName =
          names.findLast((each) => new RegExp(`\\b${each}\\b`).test(row.test)) ?? names.at(-1)!
        const tests = found.map((call): Test => ({ kind: 'call', name: functionName, ...call }))
        judged.push(take('calls', answer(row), suiteOf(tests)))
      }
      return judged
    }),
  )
  failures.sort((a, b) => Number(a.task.split('/')[1]) - Number(b.task.split('/')[1]))
  return {
    language,
    rows: rows.length,
    passedCode: passed.code,
    withCalls,
    passedCalls: passed.calls,
    failures,
  }
}

if (positionals[0] === undefined) throw new Error('the folder of the data is missing')
const judge = await openJudge({ slots: Number(values.slots) })
try {
  const calls = readRows('python').map(callsOf)
  const report = []
  for (const language of values.languages.split(',') as Language[]) {
    const result = await judgeLanguage(judge, language, calls)
    report.push(result)
    for (const { task, as, verdict } of result.failures)
      console.log(task, as, JSON.stringify(verdict).slice(0, 400))
    console.log(
      `${language}: code ${result.passedCode}/${result.rows}, calls ${result.passedCalls}/${result.withCalls}`,
    )
  }
  saveReport(values.save, { hardware: hardware(), node: process.version, languages: report })
} finally {
  await judge.close()
}
