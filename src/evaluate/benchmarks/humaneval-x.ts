/**
 * HumanEval-X: HumanEval's problems told and tested anew in six languages. Rows are those of its files, humaneval.jsonl in
 * a folder a language.
 *
 * Prompts: raw as its authors ask, in chat the same prompt in a message. Tests are the rows' own. Imports of crates, which
 * a judge without a network has not, are taken out of Rust's prompts; Go's answers get the packages that they use, as the
 * authors' evaluator gives them.
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
  /** Why no answer can solve it here, where that is so. */
  readonly unanswerable?: (row: Row) => string | undefined
}

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
    unanswerable: ({ declaration }) =>
      declaration.includes('boost::') ? 'its types are those of Boost, which the judge has not' : undefined,
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
    code: ({ test }) => test,
  },
  go: {
    prefix: 'Go',
    folder: 'go',
    stops: ['\n}'],
    end: '\n}\n',
    code: ({ test, setup }) => `${setup}\n${test}`,
  },
  rust: {
    prefix: 'Rust',
    folder: 'rust',
    stops: ['\n}'],
    end: '\n}\n',
    prompt: ({ prompt, declaration }) => prompt + withoutCrates(declaration),
    code: ({ test }) => (withoutComments(test).includes('#[test]') ? test : undefined),
    unanswerable: ({ test }) =>
      /\brand::/.test(withoutComments(test))
        ? 'its test needs the crate rand, which the judge has not'
        : undefined,
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
  const [prefix = ''] = task.split('/')
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
    imports: importsOf(language, `${asked}\n${declaration}`),
    suite: {
      tests: code === undefined ? [] : [{ kind: 'code', code }],
      comparison: { kind: 'exact' },
      limits: { ...DEFAULT_SUITE_LIMITS, testMs: TEST_MS, memoryBytes: 2 * DEFAULT_SUITE_LIMITS.memoryBytes },
    },
    unanswerable: form.unanswerable?.(row) ?? null,
  }
  return { kind: 'problem', problem }
}

/** Those that its authors put before any answer in Go, where it uses them. */
const GO_PACKAGES = 'bytes crypto/md5 fmt math math/rand regexp sort strconv strings time'.split(' ')

function importsOf(language: Language, code: string): readonly string[] {
  if (language === 'go') return GO_PACKAGES
  // The declaration's are in the prompt already.
  return language === 'rust' ? [] : findImports(language, code)
}

/** Crates are not there to be used; what the declaration brings in of them would not compile. */
function withoutCrates(declaration: string): string {
  return declaration.replaceAll(/^use (?:rand|regex|md5)\b.*\n/gm, '')
}

/** One row has its test in a comment. */
const withoutComments = (code: string) => code.replaceAll(/\/\*[\s\S]*?\*\//g, '')
