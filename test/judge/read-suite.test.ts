import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { readSuite } from '../../src/judge/read-suite.ts'
import { DEFAULT_SUITE_LIMITS } from '../../src/records/suite.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function read(problem: unknown) {
  const path = join(folder, 'problem.json')
  writeFileSync(path, typeof problem === 'string' ? problem : JSON.stringify(problem))
  return readSuite(path)
}

const sum = { kind: 'stdin', input: '1 2', output: '3' }
const code = { kind: 'code', code: 'assert add(1, 2) == 3\n' }
const integer = { kind: 'integer' }
const signature = { parameters: [integer, integer], result: integer }
const call = { kind: 'call', name: 'add', arguments: [1, 2], result: 3 }

test('tests alone are a problem; what they say nothing of has defaults', () => {
  expect(read({ tests: [sum] })).toEqual({
    tests: [sum],
    comparison: { kind: 'lines' },
    limits: DEFAULT_SUITE_LIMITS,
  })
})

test('what is said is kept', () => {
  const problem = {
    tests: [call],
    comparison: { kind: 'words', tolerance: 1e-6 },
    limits: { testMs: 100, memoryBytes: 1 << 27, outputBytes: 10 },
  }
  expect(read(problem)).toEqual(problem)
})

test('a test in the form of code is text, and may want types to be checked', () => {
  expect(read({ tests: [code] }).tests).toEqual([code])
  const typed = { ...code, checkTypes: true }
  expect(read({ tests: [typed] }).tests).toEqual([typed])
})

test('a signature is kept with each call', () => {
  const map = { kind: 'map', key: 'integer', item: { kind: 'optional', item: { kind: 'any' } } }
  const result = { kind: 'tuple', items: [{ kind: 'text' }, { kind: 'list', item: { kind: 'flag' } }] }
  const test_ = {
    ...call,
    arguments: [{ '-1': 2 }],
    result: ['a', []],
    signature: { parameters: [map], result },
  }
  expect(read({ tests: [test_] }).tests).toEqual([test_])
})

test.each([
  ['{', 'is not JSON'],
  [[], 'must be an object with the list "tests"'],
  [{}, 'tests must be a list of tests'],
  [{ tests: [] }, 'tests must hold at least one test'],
  [{ tests: [sum, call] }, 'tests must be all of one kind: stdin, call or code'],
  [{ tests: [code, sum] }, 'tests must be all of one kind: stdin, call or code'],
  [{ tests: [code, code] }, 'tests must hold a single test of the kind code'],
  [{ tests: [{ ...code, code: 1 }] }, 'tests[0].code must be text'],
  [{ tests: [{ ...code, checkTypes: 'yes' }] }, 'tests[0].checkTypes must be true or false'],
  [{ tests: [call, { ...call, name: 'sub' }] }, 'tests must all call the same function'],
  [{ tests: [call, { ...call, signature }] }, 'tests must all state the same signature, or none'],
  [{ tests: [{ ...call, arguments: [1], signature }] }, 'tests[0] is no call of its signature'],
  [{ tests: [{ ...call, result: 0.5, signature }] }, 'tests[0] is no call of its signature'],
  [
    { tests: [{ ...call, signature: { parameters: ['integer'], result: { kind: 'integer' } } }] },
    'tests[0].signature.parameters[0] must be a type',
  ],
  [
    { tests: [{ ...call, signature: { parameters: [], result: { kind: 'tuple', items: [] } } }] },
    'tests[0].signature.result.items must hold at least two types',
  ],
  [
    { tests: [{ ...call, signature: { parameters: [], result: { kind: 'list' } } }] },
    'tests[0].signature.result.item must be a type',
  ],
  [{ tests: [{ input: '', output: '' }] }, 'tests[0].kind must be stdin'],
  [{ tests: [{ ...sum, output: 3 }] }, 'tests[0].output must be text'],
  [{ tests: [sum, { ...sum, expected: 3 }] }, 'tests[1] has unknown fields (expected)'],
  [{ tests: [{ ...call, name: 'f()' }] }, 'tests[0].name must be the name of a function'],
  [{ tests: [{ ...call, arguments: 3 }] }, 'tests[0].arguments must be a list of values'],
  [
    `{"tests": [{"kind": "call", "name": "f", "arguments": [], "result": [9007199254740993]}]}`,
    'tests[0].result holds a whole number beyond 2^53: pass it as text',
  ],
  [
    `{"tests": [{"kind": "call", "name": "f", "arguments": [1000000000000000000000], "result": 1}]}`,
    'tests[0].arguments[0] holds a whole number beyond 2^53: pass it as text',
  ],
  [
    `{"tests": [{"kind": "call", "name": "f", "arguments": [1e999], "result": 1}]}`,
    'tests[0].arguments[0] holds a number beyond 1.8e308: pass it as text',
  ],
  [{ tests: [{ ...call, result: { '\ud800': 1 } }] }, 'tests[0].result holds half a character'],
  [{ tests: [{ ...call, result: undefined }] }, 'tests[0].result must be a value of JSON'],
  [{ tests: [{ ...sum, input: 'a\udc00' }] }, 'tests[0].input holds half a character'],
  [{ tests: [sum], comparison: { kind: 'fuzzy' } }, 'comparison.kind must be exact, lines or words'],
  [{ tests: [sum], limits: { testMs: 0.5 } }, 'limits.testMs must be a whole number'],
  [{ tests: [sum], limits: { memoryBytes: 1 } }, 'limits.memoryBytes must be at least 67108864'],
])('%j is refused: %s', (problem, sentence) => {
  expect(() => read(problem)).toThrow(UserError)
  expect(() => read(problem)).toThrow(sentence)
})

test('3.0 stays a float, in calls and nowhere else', () => {
  const suite = read(
    '{"tests": [{"kind": "call", "name": "f", "arguments": [3.0, [1e2, -0.0, 0.5, 3]], "result": {"a": 1E300}}],' +
      ' "comparison": {"kind": "words", "tolerance": 1.0}, "limits": {"testMs": 4000.0}}',
  )
  expect(JSON.stringify(suite.tests)).toContain('"arguments":[3.0,[1e2,-0.0,0.5,3]],"result":{"a":1E300}')
  expect(suite).toMatchObject({ comparison: { tolerance: 1 }, limits: { testMs: 4000 } })
})

test('all wrong fields are named at once', () => {
  expect(() => read({ tests: [{ ...sum, input: 1 }], limits: { testMs: 0 } })).toThrow(
    /tests\[0\]\.input must be text; limits\.testMs must be at least 10\.$/,
  )
})

test('a file that is not there is named', () => {
  expect(() => readSuite(join(folder, 'none.json'))).toThrow(/none\.json cannot be read \(ENOENT\)/)
})
