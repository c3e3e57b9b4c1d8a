import { expect, test } from 'vitest'
import { type JsonValue, parseKeepingFloats } from '../../src/records/json-value.ts'
import { commonType, isOfType, type ValueType } from '../../src/records/value-type.ts'

const any: ValueType = { kind: 'any' }
const integer: ValueType = { kind: 'integer' }
const number: ValueType = { kind: 'number' }
const text: ValueType = { kind: 'text' }
const list = (item: ValueType): ValueType => ({ kind: 'list', item })
const optional = (item: ValueType): ValueType => ({ kind: 'optional', item })
const tuple = (...items: ValueType[]): ValueType => ({ kind: 'tuple', items })
const map = (key: 'text' | 'integer', item: ValueType): ValueType => ({ kind: 'map', key, item })

test.each<[values: string, type: ValueType]>([
  ['[1, 2]', integer],
  ['[1, 2.5]', number],
  ['[1, 2.0]', number],
  ['[true, 1]', any],
  ['[null, 1]', optional(integer)],
  ['[null]', optional(any)],
  ['[[], [1]]', list(integer)],
  ['[[], []]', list(any)],
  ['[[1, null]]', list(optional(integer))],
  ['[[1, "a"], [2, "b"]]', tuple(integer, text)],
  ['[[[1, "a"], [2, "b"], [3, "c"]]]', list(tuple(integer, text))],
  ['[[1, "a"], [1]]', list(any)],
  ['[[1, "a"], ["a", 1]]', list(any)],
  ['[[[1], "a"]]', tuple(list(integer), text)],
  ['[[[1], [2, 3]], [[], []]]', list(list(integer))],
  ['[{"1": 2}, {}]', map('text', integer)],
  ['[{"a": 1, "b": "c"}]', map('text', any)],
  ['[{"a": 1}, [1]]', any],
])('%s', (values, type) => {
  expect(commonType(parseKeepingFloats(values) as JsonValue[])).toEqual(type)
})

test.each<[values: JsonValue[], type: ValueType]>([
  [[{ 1: [{ '-2': 'a' }] }, {}], map('integer', list(map('integer', text)))],
  [[{ 1: 2, a: 3 }], map('text', integer)],
  [[{ '01': 2 }], map('text', integer)],
  [[{ 9007199254740993: 2 }], map('text', integer)],
  [[{}], map('text', any)],
])('keys that are whole numbers, where they are looked for: %j', (values, type) => {
  expect(commonType(values, true)).toEqual(type)
})

test.each<[value: string, type: ValueType]>([
  ['3.0', integer],
  ['3', number],
  ['null', optional(text)],
  ['[1, "a"]', tuple(integer, text)],
  ['{"1": [2]}', map('integer', list(integer))],
  ['{"a": {}}', any],
])('%s is of %j', (value, type) => {
  expect(isOfType(parseKeepingFloats(value), type)).toBe(true)
})

test.each<[value: string, type: ValueType]>([
  ['3.5', integer],
  ['null', text],
  ['true', integer],
  ['"1"', integer],
  ['[1]', tuple(integer, text)],
  ['[1, "a", 2]', tuple(integer, text)],
  ['{"01": 1}', map('integer', integer)],
  ['{"1": "a"}', map('text', integer)],
  ['[]', map('text', any)],
])('%s is not of %j', (value, type) => {
  expect(isOfType(parseKeepingFloats(value), type)).toBe(false)
})
