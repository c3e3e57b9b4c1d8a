/** The answers of fixtures/judge: the suite that each is judged by, and what may come out. */
import { join } from 'node:path'
import type { Suite, Test } from '../../src/records/suite.ts'
import type { Verdict } from '../../src/records/verdict.ts'

export const FIXTURES = join(import.meta.dirname, '../../fixtures/judge')
const MIB = 1024 * 1024

type Kind = Verdict['kind']

/** By the answer's name. Several where it depends on the machine which limit is met first. */
export const EXPECTED: Readonly<Record<string, readonly Kind[]>> = {
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

export function suiteFor(name: string): Suite {
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
