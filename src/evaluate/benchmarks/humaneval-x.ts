/**
 * HumanEval-X: HumanEval's problems told and tested anew in six languages. Rows are those of its files, humaneval.jsonl in
 * a folder a language.
 *
 * Prompts: raw as its authors ask, in chat the same prompt in a message. Tests want packages that a judge without a
 * network has not: testify in Go, of which the one assertion they use is written here anew; crates in Rust, whose imports
 * are taken out. `console.assert`, after which Node goes on, ends the test.
 */
import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import type { Language } from '../../records/language.ts'
import { DEFAULT_SUITE_LIMITS } from '../../records/suite.ts'
import { findImports } from '../answer-program.ts'
import { type Benchmark, type RowReading, rowReader, unreadable } from './benchmark.ts'
import { completionMessage } from './chat-message.ts'

interface Row {
  readonly prompt: string
  readonly declaration: string
  readonly test: string
  /** Go's imports of the tests. */
  readonly setup: string
}

interface Form {
  /** Before the number of a task. */
  readonly prefix: string
  readonly folder: string
  readonly stops: readonly string[]
  /** What closes the function, and the class around it. */
  readonly end: string
  readonly prompt?: (row: Row) => string
  /** The test in the form of code; undefined where the row has none. */
  readonly code: (row: Row) => string | undefined
  /** Tasks that no answer can solve here, by number. */
  readonly unanswerable?: Readonly<Record<number, string>>
}

const BOOST = 'its types are those of Boost, which the judge has not'

const FORMS: Readonly<Partial<Record<Language, Form>>> = {
  python: {
    prefix: 'Python',
    folder: 'python',
    stops: ['\nclass', '\ndef', '\n#', '\n@', '\nif', '\nprint'],
    end: '\n',
    code: ({ test }) => test,
  },
  cpp: {
    prefix: 'CPP',
    folder: 'cpp',
    stops: ['\n}'],
    end: '\n}\n',
    code: ({ test }) => test,
    unanswerable: { 22: BOOST, 137: BOOST },
  },
  java: {
    prefix: 'Java',
    folder: 'java',
    stops: ['\n    }\n'],
    end: '\n    }\n}\n',
    code: ({ test }) => test,
  },
  javascript: {
    prefix: 'JavaScript',
    folder: 'js',
    stops: ['\n}'],
    end: '\n}\n',
    code: ({ test }) =>
      `console.assert = (held) => { if (!held) throw new Error('an assertion does not hold') }\n${test}`,
  },
  go: { prefix: 'Go', folder: 'go', stops: ['\n}'], end: '\n}\n', code: goTest },
  rust: {
    prefix: 'Rust',
    folder: 'rust',
    stops: ['\n}'],
    end: '\n}\n',
    prompt: ({ prompt, declaration }) => prompt + withoutCrates(declaration),
    code: ({ test }) => rustTest(test),
  },
}

const LANGUAGES_OF_X = Object.keys(FORMS) as Language[]

const TEST_MS = 15_000

export const HUMANEVAL_X: Benchmark = {
  name: 'humaneval-x',
  languages: LANGUAGES_OF_X,
  hub: {
    usualLanguages: LANGUAGES_OF_X,
    placesOf: (languages) =>
      languages.map((language) => `hf:zai-org/humaneval-x?config=data/${FORMS[language]!.folder}/data`),
  },
  readFile: rowReader(['task_id', 'prompt', 'declaration', 'test', 'test_setup'], readRow),
}

function readRow(fields: Readonly<Record<string, unknown>>): RowReading {
  const { task_id: task, prompt, declaration, test, test_setup: setup = '' } = fields
  if (
    typeof task !== 'string' ||
    typeof prompt !== 'string' ||
    typeof declaration !== 'string' ||
    typeof test !== 'string' ||
    typeof setup !== 'string'
  )
    return unreadable('it lacks task_id, prompt, declaration or test')
  const [prefix = '', number] = task.split('/')
  const language = LANGUAGES_OF_X.find((one) => FORMS[one]!.prefix === prefix)
  if (language === undefined) return { kind: 'other-language', language: prefix }
  const form = FORMS[language]!
  const row = { prompt, declaration, test, setup }
  const asked = form.prompt?.(row) ?? prompt
  const code = form.code(row)
  const problem: BenchmarkProblem = {
    id: `${language}/${task}`,
    source: null,
    target: language,
    completion: { prompt: asked, stops: form.stops, end: form.end },
    message: completionMessage(language, asked),
    // The declaration has what the prompt forgets.
    imports: language === 'rust' ? [] : findImports(language, `${asked}\n${declaration}`),
    suite: {
      tests: code === undefined ? [] : [{ kind: 'code', code }],
      comparison: { kind: 'exact' },
      limits: { ...DEFAULT_SUITE_LIMITS, testMs: TEST_MS, memoryBytes: 2 * DEFAULT_SUITE_LIMITS.memoryBytes },
    },
    unanswerable: form.unanswerable?.[Number(number)] ?? null,
  }
  return { kind: 'problem', problem }
}

/** Crates are not there to be used; what the declaration brings in of them would not compile. */
function withoutCrates(declaration: string): string {
  return declaration.replaceAll(/^use (?:rand|regex|md5)\b.*\n/gm, '')
}

/** Equality as testify has it: of deeply equal values, bytes by their content. */
const GO_ASSERTIONS = `
type heldAssertions struct{ t *testing.T }

func (held heldAssertions) Equal(expected, actual interface{}) {
	if !reflect.DeepEqual(expected, actual) {
		held.t.Fatalf("expected %v, got %v", expected, actual)
	}
}
`

function goTest({ test, setup }: Row): string {
  const imports = setup
    .replace(/^\s*package .*\n/, '')
    .replace('"github.com/stretchr/testify/assert"', '"reflect"')
  return `${imports}${GO_ASSERTIONS}\n${test.replaceAll('assert.New(t)', 'heldAssertions{t}')}`
}

/** A module of tests, with a main program that calls them; one row has its module in a comment. */
function rustTest(test: string): string | undefined {
  const code = test.replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const names = [...code.matchAll(/#\[test\]\s*fn (\w+)/g)].map(([, name]) => name)
  if (names.length === 0) return undefined
  const asModule = code
    .replaceAll(/#\[test\]\s*fn /g, 'pub fn ')
    .replaceAll(/#\[cfg\(test\)\]\s*mod \w+/g, 'mod held_tests')
  return `${asModule}\nfn main() {\n${names.map((name) => `    held_tests::${name}();\n`).join('')}}\n`
}
