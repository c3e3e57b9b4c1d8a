/**
 * MultiPL-E: OpenAI's HumanEval and MBPP with prompts and tests translated to many languages (nuprl/MultiPL-E on the hub),
 * and for Python OpenAI's HumanEval itself. Rows are those of the hub, with `stop_tokens` as they say.
 *
 * Prompts: raw as upstream's (the row's prompt, its stop strings, one completion); in chat the same prompt in a message.
 * Upstream's program is prompt, completion and tests in one text, and tests begin with the brace that the stop string
 * took. Here the answer is closed by itself, and what is left of the tests is a test in the form of code.
 */
import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import { LANGUAGE_NAMES, type Language } from '../../records/language.ts'
import { DEFAULT_SUITE_LIMITS, type Suite } from '../../records/suite.ts'
import { findImports } from '../answer-program.ts'
import { withGoImports } from '../go-imports.ts'
import { type Benchmark, type RowReading, rowReader, unreadable } from './benchmark.ts'
import { completionMessage } from './chat-message.ts'

/** What the data set calls a language, and how its tests come behind an answer that is closed. */
interface Form {
  readonly tag: string
  /** What tests begin with where a stop string has taken it from the function. */
  readonly closing: string
  /** Answer and tests are members of one class, which the tests close. */
  readonly inClass?: true
}

const FORMS: Readonly<Partial<Record<Language, Form>>> = {
  cpp: { tag: 'cpp', closing: '}\n' },
  java: { tag: 'java', closing: '    }\n', inClass: true },
  php: { tag: 'php', closing: '' },
  typescript: { tag: 'ts', closing: '' },
  csharp: { tag: 'cs', closing: '    }\n', inClass: true },
  bash: { tag: 'sh', closing: '}\n' },
  javascript: { tag: 'js', closing: '' },
  go: { tag: 'go', closing: '' },
  scala: { tag: 'scala', closing: '    }\n', inClass: true },
  haskell: { tag: 'hs', closing: '' },
  rust: { tag: 'rs', closing: '}\n' },
}

/** Of the paper's table. */
const PAPERS_LANGUAGES: readonly Language[] = [
  'python',
  'cpp',
  'java',
  'php',
  'typescript',
  'csharp',
  'bash',
  'javascript',
]

const TRANSLATED = Object.keys(FORMS) as Language[]

/** Upstream's: 15 s, less for some languages; here of CPU time. */
const TEST_MS = 15_000

const OPENAI_STOPS = ['\nclass', '\ndef', '\n#', '\nif', '\nprint']

const COLUMNS = [
  'name',
  'language',
  'prompt',
  'tests',
  'stop_tokens',
  'task_id',
  'test',
  'entry_point',
] as const

export const MULTIPL_E: Benchmark = {
  name: 'multipl-e',
  languages: ['python', ...TRANSLATED],
  hub: {
    usualLanguages: PAPERS_LANGUAGES,
    placesOf: (languages) =>
      languages.map((language) =>
        language === 'python'
          ? 'hf:openai/openai_humaneval?config=openai_humaneval&split=test'
          : `hf:nuprl/MultiPL-E?config=humaneval-${FORMS[language]!.tag}&split=test`,
      ),
  },
  readFile: rowReader(COLUMNS, (fields) =>
    'entry_point' in fields ? readOpenAiRow(fields) : readTranslatedRow(fields),
  ),
}

/** MBPP has no row in Python there. */
export const MULTIPL_E_MBPP: Benchmark = {
  name: 'multipl-e-mbpp',
  languages: TRANSLATED,
  hub: {
    usualLanguages: PAPERS_LANGUAGES.filter((language) => language !== 'python'),
    placesOf: (languages) =>
      languages.map((language) => `hf:nuprl/MultiPL-E?config=mbpp-${FORMS[language]!.tag}&split=test`),
  },
  readFile: rowReader(COLUMNS, readTranslatedRow),
}

export const multiplEId = (language: Language, name: string): string => `${language}/${name}`

/** @param tag as the data set and files of completions have it; Go's is `go_test.go`, as upstream names the file */
export function languageOfTag(tag: string): Language | undefined {
  if (tag === 'py') return 'python'
  return TRANSLATED.find((one) => FORMS[one]!.tag === tag || (one === 'go' && tag === 'go_test.go'))
}

const suiteOf = (language: Language, code: string): Suite => ({
  tests: [{ kind: 'code', code, ...(language === 'typescript' && { checkTypes: true }) }],
  comparison: { kind: 'exact' },
  limits: { ...DEFAULT_SUITE_LIMITS, testMs: TEST_MS, memoryBytes: 2 * DEFAULT_SUITE_LIMITS.memoryBytes },
})

function readTranslatedRow(fields: Readonly<Record<string, unknown>>): RowReading {
  const { name, language: tag, prompt, tests } = fields
  const stops = readList(fields.stop_tokens)
  if (
    typeof name !== 'string' ||
    typeof tag !== 'string' ||
    typeof prompt !== 'string' ||
    typeof tests !== 'string' ||
    stops === undefined
  )
    return unreadable('it lacks name, language, prompt, tests or stop_tokens')
  const language = languageOfTag(tag)
  if (language === undefined || language === 'python') return { kind: 'other-language', language: tag }
  const { closing, inClass } = FORMS[language]!
  if (!tests.startsWith(closing)) return unreadable('its tests do not begin by closing the function')
  const code = asWhole(language, tests.slice(closing.length))
  const end = closing === '' ? '' : `\n${closing}${inClass ? '}\n' : ''}`
  return {
    kind: 'problem',
    problem: {
      id: multiplEId(language, name),
      source: null,
      target: language,
      completion: { prompt, stops, end },
      message: completionMessage(language, prompt),
      imports: findImports(language, prompt),
      suite: suiteOf(language, inClass ? withoutLastBrace(code) : code),
      unanswerable: unanswerable(name, language, { prompt, tests }),
    },
  }
}

function readOpenAiRow(fields: Readonly<Record<string, unknown>>): RowReading {
  const { task_id: task, prompt, test, entry_point: name } = fields
  if (
    typeof task !== 'string' ||
    typeof prompt !== 'string' ||
    typeof test !== 'string' ||
    typeof name !== 'string'
  )
    return unreadable('it lacks task_id, prompt, test or entry_point')
  const problem: BenchmarkProblem = {
    // As the translations of the problem are called.
    id: multiplEId('python', `${task.replace('/', '_')}_${name}`),
    source: null,
    target: 'python',
    completion: { prompt, stops: OPENAI_STOPS, end: '\n' },
    message: completionMessage('python', prompt),
    imports: findImports('python', prompt),
    suite: suiteOf('python', `${test}\ncheck(${name})\n`),
    unanswerable: null,
  }
  return { kind: 'problem', problem }
}

/** Go's tests rely on what the prompt imports, which a chat answer need not say again. */
function asWhole(language: Language, tests: string): string {
  return language === 'go' ? withGoImports(tests, { known: ['fmt', 'testing'], dropUnused: false }) : tests
}

/** That of the class, which the answer closes itself. */
const withoutLastBrace = (code: string) => code.replace(/\}\s*$/, '')

const ONE_KIND_OF_NUMBER: readonly Language[] = [
  'cpp',
  'java',
  'csharp',
  'javascript',
  'typescript',
  'go',
  'scala',
]

/** A list or a map that the test has just made: to Equals no other is the same. */
const COMPARES_OBJECTS = /\.Equals\(\(new (?:List|Dictionary)</

/** A call upon a text that is null. */
const asksNull = ({ prompt, tests }: Row) =>
  /\bstatic string \w+\(/.test(prompt) && /\.Equals\(null\)/.test(tests)

function unanswerable(name: string, language: Language, row: Row): string | null {
  if (name === 'HumanEval_92_any_int' && ONE_KIND_OF_NUMBER.includes(language))
    return `3 and 3.0 must give different results, and are one in ${LANGUAGE_NAMES[language]}`
  if (language !== 'csharp') return null
  if (COMPARES_OBJECTS.test(row.tests))
    return 'its test asks by Equals whether two lists or maps are one and the same'
  return asksNull(row) ? 'its test asks null itself whether it equals null' : null
}

interface Row {
  readonly prompt: string
  readonly tests: string
}

function readList(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
}
