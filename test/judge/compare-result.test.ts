import { expect, test } from 'vitest'
import { compareResult } from '../../src/judge/compare-result.ts'
import { type JsonValue, WholeFloat } from '../../src/records/json-value.ts'
import type { Comparison } from '../../src/records/suite.ts'

const exact: Comparison = { kind: 'exact' }
const words: Comparison = { kind: 'words', tolerance: 1e-6 }

test.each<[Comparison, JsonValue, JsonValue]>([
  [exact, null, null],
  [exact, [1, [true, 'a']], [1, [true, 'a']]],
  [exact, { a: 1, b: [2] }, { b: [2], a: 1 }],
  [words, [0.1], [0.1000000001]],
  [exact, 3, 3.0],
  [exact, WholeFloat.of(3), 3],
  [exact, [WholeFloat.of(1e21)], [1e21]],
  [words, WholeFloat.of(3), 3.0000000001],
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
  [words, 3, 3.0000000001],
  [exact, WholeFloat.of(3), '3.0'],
  [exact, { value: 3 }, WholeFloat.of(3)],
  [exact, '\ufffd', '\ud800'],
  [words, '\udfff', '\ud800'],
  [exact, ['a'], { 0: 'a' }],
  [exact, { 0: 'a' }, ['a']],
  [exact, 'a', 'a '],
])('%o does not take %j for %j', (comparison, expected, got) => {
  expect(compareResult(expected, got, comparison)).toBe(false)
})

test('where a language has one thing for both, a list is the object of its places, and not the other way round', () => {
  const same = (expected: JsonValue, got: JsonValue) =>
    compareResult(expected, got, exact, { listsAreObjects: true })
  expect(same({}, [])).toBe(true)
  expect(same({ a: {} }, { a: [] })).toBe(true)
  expect(same({ 0: 'a', 1: {} }, ['a', []])).toBe(true)
  expect(same({ 1: 'a' }, ['a'])).toBe(false)
  expect(same([], {})).toBe(false)
})
