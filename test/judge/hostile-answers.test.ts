/**
 * The judge's own test set: fixtures/judge has for each language the same answers to one problem, the sum of numbers,
 * some right and most of them not. No answer may pass that is not right, none fail that is, and nothing may be left.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPrograms } from '../../src/judge/find-programs.ts'
import type { Judge } from '../../src/judge/judge.ts'
import { DEFINITIONS } from '../../src/judge/languages/languages.ts'
import type { Suite, Test } from '../../src/records/suite.ts'
import type { Verdict } from '../../src/records/verdict.ts'
import { openTestJudge } from './open-test-judge.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/judge')
const MIB = 1024 * 1024

/** Slow compilers, seventeen times, on a busy machine. */
const PATIENCE_MS = 600_000

type Kind = Verdict['kind']

/** By the answer's name. Several where it depends on the machine which limit is met first. */
const EXPECTED: Readonly<Record<string, readonly Kind[]>> = {
  right: ['passed'],
  wrong: ['wrong-answer'],
  crash: ['runtime-error'],
  'exit-status': ['runtime-error'],
  slow: ['timeout'],
  sleep: ['timeout'],
  flood: ['wrong-answer'],
  'flood-endless': ['output-limit'],
  'big-output': ['passed'],
  noisy: ['passed'],
  memory: ['memory-limit'],
  fork: ['timeout', 'memory-limit', 'runtime-error'],
  network: ['runtime-error'],
  'early-exit': ['wrong-answer'],
  guess: ['wrong-answer'],
  'write-outside': ['passed'],
  'left-behind': ['passed'],
  // Some languages' own.
  'include-passwd': ['compile-error'],
  'endless-object': ['compile-error'],
  tracing: ['runtime-error'],
  namespaces: ['runtime-error'],
  'kill-all': ['passed'],
  'unlinked-memory': ['runtime-error'],
  disk: ['passed'],
  processor: ['passed'],
  macro: ['compile-error'],
  module: ['passed'],
  'forgotten-children': ['timeout'],
  'shared-memory': ['memory-limit'],
  'page-tables': ['memory-limit'],
  'socket-buffers': ['memory-limit'],
}

const sumTest = (numbers: readonly number[]): Test => ({
  kind: 'stdin',
  input: `${numbers.length}\n${numbers.join(' ')}\n`,
  output: `${numbers.reduce((sum, number) => sum + number, 0)}\n`,
})

const COUNT = 160_000
const countTest: Test = {
  kind: 'stdin',
  input: `${COUNT}\n`,
  output: Array.from({ length: COUNT }, (_, index) => `${index + 1}\n`).join(''),
}

/** Those that would use up whatever time they are given. */
const ENDLESS = ['slow', 'sleep', 'fork', 'forgotten-children']

function suiteFor(name: string): Suite {
  return {
    tests: name === 'big-output' ? [countTest] : [sumTest([1, 2, 3]), sumTest([40, -2, 4])],
    comparison: { kind: 'lines' },
    limits: {
      testMs: ENDLESS.includes(name) ? 400 : 10_000,
      memoryBytes: 192 * MIB,
      outputBytes: 2 * MIB,
    },
  }
}

let folder: string
let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, folder, close } = await openTestJudge())
})
afterAll(() => close())

describe.each(DEFINITIONS.map((definition) => ({ definition, language: definition.language })))(
  '$language',
  ({ definition, language }) => {
    const files = readdirSync(join(FIXTURES, language))

    test('the answers that every language must have are there', () => {
      const names = files.map((file) => basename(file, extname(file)))
      expect(names).toEqual(expect.arrayContaining(Object.keys(EXPECTED).slice(0, 17)))
      expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(names))
    })

    test.skipIf(findPrograms(definition) === undefined)(
      'right answers pass, and no others',
      async () => {
        const verdicts = await Promise.all(
          files.map(async (file) => {
            const name = basename(file, extname(file))
            const code = readFileSync(join(FIXTURES, language, file), 'utf8')
            return { name, verdict: await judge.judge({ language, code }, suiteFor(name)) }
          }),
        )
        const unexpected = verdicts.filter(({ name, verdict }) => !EXPECTED[name]!.includes(verdict.kind))
        expect(unexpected).toEqual([])
      },
      PATIENCE_MS,
    )
  },
)

test('nothing is left behind: no process, no file', async () => {
  await judge.close()
  expect(readdirSync(folder)).toEqual([])
  const left = () => commands().filter((command) => command.includes(folder) || /sleep 3600/.test(command))
  await expect.poll(left, { timeout: 10_000 }).toEqual([])
})

/** Of all processes. */
function commands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}
