/**
 * A folder of HumanEval-X in (`humaneval_python.jsonl.gz` and so on, or the hub's `data/python/data/humaneval.jsonl`),
 * its problems out. Tests are the calls that the Python rows' two tests make; solutions are those of every language,
 * without the comment that tells the problem in words.
 */
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { z } from 'zod'
import { UserError } from '../../base/user-error.ts'
import { type JsonValue, lossOf, parseKeepingFloats } from '../../records/json-value.ts'
import type { Language } from '../../records/language.ts'
import type { Test } from '../../records/suite.ts'
import { readRows } from '../../sources/read-rows.ts'
import type { CrossItem, NamedSolution } from './cross-problem.ts'
import { type AssertedCall, readAssertions } from './python-assertions.ts'

export interface ReadHumanEvalXOptions {
  readonly dataset?: string | undefined
  readonly license?: string | undefined
  /** MultiPL-E's HumanEval in JavaScript, as JSON lines: it has computed what some tests only say how to compute. */
  readonly moreTests?: string | undefined
}

/** The words that the files' names have for languages, and what stands before a function's name. */
const FORMS = {
  python: { word: 'python', head: /^[ \t]*def (\w+)\s*\(/gm },
  cpp: { word: 'cpp', head: /^[^\S\n]*[\w:<>,&* \t]+?[ \t*&](\w+)\s*\([^()]*\)\s*\{/gm },
  java: {
    word: 'java',
    head: /^[ \t]*(?:public|private|static)[\w<>[\], \t]*?(\w+)\s*\([^()]*\)[^(){]*\{/gm,
  },
  go: { word: 'go', head: /^func (\w+)\s*\(/gm },
  javascript: { word: 'js', head: /^const (\w+) = /gm },
  rust: { word: 'rust', head: /^(?:pub )?fn (\w+)/gm },
} as const satisfies Partial<Record<Language, { word: string; head: RegExp }>>

type Form = keyof typeof FORMS

const rowSchema = z.object({
  task_id: z.string(),
  declaration: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
  example_test: z.string().nullish(),
  prompt: z.string(),
})

type Row = z.output<typeof rowSchema>

/** @throws UserError for a folder that does not hold Python's rows, or rows of another form */
export async function* readHumanEvalX(
  folder: string,
  { dataset = 'HumanEval-X', license = 'Apache-2.0 AND MIT', moreTests }: ReadHumanEvalXOptions = {},
): AsyncGenerator<CrossItem> {
  const rows = new Map<Form, ReadonlyMap<string, Row>>()
  for (const language of Object.keys(FORMS) as Form[])
    rows.set(language, await readLanguage(folder, language))
  const python = rows.get('python')!
  if (python.size === 0)
    throw new UserError(
      `${folder} has no humaneval_python.jsonl.gz, nor data/python/data/humaneval.jsonl: name a folder of HumanEval-X.`,
    )
  const computed = moreTests === undefined ? new Map() : await readMultiplE(moreTests)
  for (const [number, row] of python) {
    const origin = { dataset, place: folder, row: `HumanEval/${number}` }
    const solutions = (Object.keys(FORMS) as Form[]).flatMap((language) => {
      const other = rows.get(language)!.get(number)
      return other === undefined ? [] : (solutionOf(other, language) ?? [])
    })
    const name = solutions.find(({ program }) => program.language === 'python')?.name
    if (name === undefined) {
      yield { kind: 'dropped', origin, reason: 'no-solution', detail: 'the Python row declares no function' }
      continue
    }
    const calls = [row.test, row.example_test ?? ''].flatMap((test) => readAssertions(test, name))
    const more = computed.get(number)
    const testsOf = (all: readonly AssertedCall[]) =>
      all.map((call): Test => ({ kind: 'call', name, ...call }))
    yield {
      kind: 'problem',
      problem: {
        origin,
        license,
        // Types have changed some of those that are added: the solution tells.
        readings: [...(more === undefined ? [] : [testsOf([...calls, ...more])]), testsOf(calls)],
        comparison: { kind: 'words', tolerance: 1e-6 },
        solutions,
      },
    }
  }
}

/** By the number of the problem. */
async function readLanguage(folder: string, language: Form): Promise<ReadonlyMap<string, Row>> {
  const { word } = FORMS[language]
  const names = [`humaneval_${word}.jsonl`, `humaneval_${word}.jsonl.gz`, `data/${word}/data/humaneval.jsonl`]
  const [path] = await fastGlob(names, { cwd: folder })
  const rows = new Map<string, Row>()
  if (path === undefined) return rows
  for await (const { row, fields } of readRows(join(folder, path), [])) {
    const parsed = rowSchema.safeParse(fields)
    if (!parsed.success)
      throw new UserError(
        `${join(folder, path)}, line ${row}, is no row of HumanEval-X (${parsed.error.issues[0]!.path.join('.') || 'no object'}): fetch the file again.`,
      )
    rows.set(basename(parsed.data.task_id), parsed.data)
  }
  return rows
}

function solutionOf(row: Row, language: Form): NamedSolution | undefined {
  const head = [...row.declaration.matchAll(FORMS[language].head)].at(-1)
  if (head === undefined) return undefined
  const before = row.declaration.slice(0, head.index)
  // One declaration goes on with the rest of a comment.
  const given = row.declaration.slice(head.index).replace(/\n[ \t]*["'][\s\S]*$/, '\n')
  const opening = given.replace(/\s*(?:\{|=> \{)?\s*$/, '')
  return {
    program: {
      language,
      code: language === 'go' ? goProgram(row) : `${before}${given}${row.canonical_solution}`,
    },
    name: head[1]!,
    // Behind Python's head stands what the body begins with.
    declaration: (language === 'python' ? opening.replace(/:[ \t]*\n[\s\S]*$/, ':') : opening).trim(),
  }
}

/** Functions that help stand in Go's prompt alone, and imports that are needed in its tests' set-up: those that are used are named anew. */
function goProgram({ prompt, canonical_solution }: Row): string {
  const asked = prompt.replace(/^import (?:\([^)]*\)|".*")\s*/m, '').replaceAll(/^[ \t]*\/\/.*\n/gm, '')
  const code = `${asked}${canonical_solution}`
  const used = GO_PACKAGES.filter((path) => new RegExp(`\\b${path.split('/').at(-1)}\\.[A-Z]`).test(code))
  const imports = used.length === 0 ? '' : `import (\n${used.map((path) => `    "${path}"\n`).join('')})\n\n`
  return `${imports}${code}`
}

const GO_PACKAGES = [
  'bytes',
  'crypto/md5',
  'errors',
  'fmt',
  'math',
  'math/rand',
  'regexp',
  'sort',
  'strconv',
  'strings',
  'time',
  'unicode',
]

const moreTestsRowSchema = z.object({ name: z.string(), tests: z.string() })

/** Calls by the number of the problem: a test line reads `assert.deepEqual(candidate(1, [2]),3);`. */
async function readMultiplE(path: string): Promise<ReadonlyMap<string, readonly AssertedCall[]>> {
  const calls = new Map<string, readonly AssertedCall[]>()
  for await (const { row, fields } of readRows(path, [])) {
    const parsed = moreTestsRowSchema.safeParse(fields)
    const number = parsed.success ? /^HumanEval_(\d+)_/.exec(parsed.data.name)?.[1] : undefined
    if (number === undefined)
      throw new UserError(
        `${path}, line ${row}, is no row of MultiPL-E's HumanEval: name its JavaScript file (humaneval-js).`,
      )
    const lines = parsed.data!.tests.matchAll(/^\s*assert\.deepEqual\(candidate\((.*)\);$/gm)
    calls.set(
      number,
      Array.from(lines, ([, text]) => readComparison(text!)).filter((call) => call !== undefined),
    )
  }
  return calls
}

/** Of `1, [2]),3`, behind `candidate(`: the first bracket on both sides of which there is JSON is the call's. */
function readComparison(text: string): AssertedCall | undefined {
  for (let at = text.indexOf('),'); at >= 0; at = text.indexOf('),', at + 1)) {
    const arguments_ = readJson(`[${text.slice(0, at)}]`) as readonly JsonValue[] | undefined
    const expected = text.slice(at + 2)
    const result = expected === 'undefined' ? null : readJson(expected)
    if (arguments_ !== undefined && result !== undefined) return { arguments: arguments_, result }
  }
  return undefined
}

/** Undefined for what is no JSON, or would lose something on its way. */
function readJson(text: string): JsonValue | undefined {
  try {
    const value = parseKeepingFloats(text)
    return lossOf(value) === undefined ? value : undefined
  } catch {
    return undefined
  }
}
