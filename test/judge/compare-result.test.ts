import { expect, test } from 'vitest'
import { compareResult } from '../../src/judge/compare-result.ts'
import type { Comparison, JsonValue } from '../../src/records/suite.ts'

const exact: Comparison = { kind: 'exact' }
const words: Comparison = { kind: 'words', tolerance: 1e-6 }

test.each<[Comparison, JsonValue, JsonValue]>([
  [exact, null, null],
  [exact, [1, [true, 'a']], [1, [true, 'a']]],
  [exact, { a: 1, b: [2] }, { b: [2], a: 1 }],
  [words, [0.1], [0.1000000001]],
  [{ kind: 'lines' }, 'a', 'a \n'],
])('%o takes %j for %j', (comparison, expected, got) => {
  expect(compareResult(expected, got, comparison)).toBe(true)
})

test.each<[Comparison, JsonValue, JsonValue]>([
  [exact, 1, true],
  [exact, 0, null],
  [exact, '1', 1],
  [exact, [], {}],
  [exact, [1], [1, 2]],
  [exact, [1, 2], [2, 1]],
  [exact, { a: 1 }, { a: 1, b: 2 }],
  [exact, { a: null }, { b: null }],
  [exact, { a: 1 }, Object.create({ a: 1 })],
  [exact, 0.1, 0.1000000001],
  [words, 1000000007, 1000000006],
  [exact, 'a', 'a '],
])('%o does not take %j for %j', (comparison, expected, got) => {
  expect(compareResult(expected, got, comparison)).toBe(false)
})
