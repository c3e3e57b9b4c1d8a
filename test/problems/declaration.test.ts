import { expect, test } from 'vitest'
import { declarationOf } from '../../src/problems/declaration.ts'
import type { JsonValue } from '../../src/records/json-value.ts'
import { DEFAULT_SUITE_LIMITS, type Suite } from '../../src/records/suite.ts'

const suite = (calls: readonly (readonly [readonly JsonValue[], JsonValue])[]): Suite => ({
  tests: calls.map(([arguments_, result]) => ({ kind: 'call', name: 'f', arguments: arguments_, result })),
  comparison: { kind: 'exact' },
  limits: DEFAULT_SUITE_LIMITS,
})

const mixed = suite([
  [[[1, 2], 'a', true, { x: [1] }], 1],
  [[[], 'b', false, {}], 0.5],
])

test.each([
  ['python', 'def f(p1, p2, p3, p4):'],
  ['javascript', 'function f(p1, p2, p3, p4)'],
  ['typescript', 'function f(p1: any, p2: any, p3: any, p4: any): any'],
  ['php', 'function f($p1, $p2, $p3, $p4)'],
  [
    'cpp',
    'double f(const std::vector<long long>& p1, const std::string& p2, bool p3, const std::map<std::string, std::vector<long long>>& p4)',
  ],
  ['java', 'public static double f(long[] p1, String p2, boolean p3, java.util.Map<String, long[]> p4)'],
] as const)('in %s: %s', (language, declaration) => {
  expect(declarationOf(mixed, language)).toBe(declaration)
})

test.each([
  ['null', [[[null], 1]]],
  [
    'null among others',
    [
      [[1], 1],
      [[1], null],
    ],
  ],
  [
    'values without a type in common',
    [
      [[1], 1],
      [['a'], 1],
    ],
  ],
  ['a list of such', [[[[1, 'a']], 1]]],
  ['a list that never holds anything', [[[[]], 1]]],
  [
    'a list here and a record there',
    [
      [[[1]], 1],
      [[{ a: 1 }], 1],
    ],
  ],
  [
    'another number of arguments',
    [
      [[1], 1],
      [[1, 2], 1],
    ],
  ],
] as [string, [JsonValue[], JsonValue][]][])(
  '%s cannot be declared where types are needed',
  (_what, calls) => {
    expect(declarationOf(suite(calls), 'cpp')).toBeUndefined()
    expect(declarationOf(suite(calls), 'java')).toBeUndefined()
    expect(declarationOf(suite(calls), 'python')).toMatch(/^def f\(p1/)
  },
)

test('whole programs and languages without a way to call have none', () => {
  const program: Suite = { ...mixed, tests: [{ kind: 'stdin', input: '', output: '' }] }
  expect(declarationOf(program, 'python')).toBeUndefined()
  expect(declarationOf(mixed, 'bash')).toBeUndefined()
})
