import { expect, test } from 'vitest'
import { declarationOf } from '../../src/problems/declaration.ts'
import type { JsonValue } from '../../src/records/json-value.ts'
import type { Language } from '../../src/records/language.ts'
import { DEFAULT_SUITE_LIMITS, type Suite } from '../../src/records/suite.ts'
import type { CallSignature } from '../../src/records/value-type.ts'

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
  ['php', 'function f($p1, $p2, $p3, $p4)'],
  ['typescript', 'function f(p1: number[], p2: string, p3: boolean, p4: Record<string, number[]>): number'],
  [
    'cpp',
    'double f(const std::vector<long long>& p1, const std::string& p2, bool p3, const std::map<std::string, std::vector<long long>>& p4)',
  ],
  ['java', 'public static double f(long[] p1, String p2, boolean p3, java.util.Map<String, long[]> p4)'],
  [
    'csharp',
    'public static double f(long[] p1, string p2, bool p3, System.Collections.Generic.Dictionary<string, long[]> p4)',
  ],
  ['go', 'func f(p1 []int, p2 string, p3 bool, p4 map[string][]int) float64'],
  ['scala', 'def f(p1: List[Long], p2: String, p3: Boolean, p4: Map[String, List[Long]]): Double'],
  ['haskell', 'f :: [Int] -> String -> Bool -> Data.Map.Map String [Int] -> Double'],
  [
    'rust',
    'fn f(p1: Vec<i64>, p2: String, p3: bool, p4: std::collections::HashMap<String, Vec<i64>>) -> f64',
  ],
] as const)('in %s: %s', (language, declaration) => {
  expect(declarationOf(mixed, language)).toBe(declaration)
})

const composed = suite([
  [
    [null, [[1, 'a']], [1, null]],
    [true, 1],
  ],
  [
    ['b', [[2, 'b']], []],
    [false, 2],
  ],
])

test.each([
  [
    'cpp',
    'std::tuple<bool, long long> f(const std::optional<std::string>& p1, const std::vector<std::tuple<long long, std::string>>& p2, const std::vector<std::optional<long long>>& p3)',
  ],
  ['java', 'public static Object[] f(String p1, Object[][] p2, Long[] p3)'],
  ['csharp', 'public static (bool, long) f(string p1, (long, string)[] p2, long?[] p3)'],
  [
    'typescript',
    'function f(p1: string | null, p2: [number, string][], p3: (number | null)[]): [boolean, number]',
  ],
  ['go', 'func f(p1 *string, p2 []struct{ Item1 int; Item2 string }, p3 []*int) (bool, int)'],
  ['scala', 'def f(p1: Option[String], p2: List[(Long, String)], p3: List[Option[Long]]): (Boolean, Long)'],
  ['haskell', 'f :: Maybe String -> [(Int, String)] -> [Maybe Int] -> (Bool, Int)'],
  ['rust', 'fn f(p1: Option<String>, p2: Vec<(i64, String)>, p3: Vec<Option<i64>>) -> (bool, i64)'],
  ['c', undefined],
] as const)('values that may be null and tuples in %s: %s', (language, declaration) => {
  expect(declarationOf(composed, language)).toBe(declaration)
})

test.each([
  [
    [[[1], [[0.5]], 'a', ['b']], [1]],
    'long long* f(long long* p1, int p1_length, double** p2, int* p2_lengths, int p2_length, char* p3, char** p4, int p4_length, int* result_length)',
  ],
  [[[], [[true]]], 'bool** f(int** result_lengths, int* result_length)'],
  [[[[[[1]]]], 1], undefined],
  [[[{ a: 1 }], 1], undefined],
] as [[JsonValue[], JsonValue], string | undefined][])('in C %j: %s', (call, declaration) => {
  expect(declarationOf(suite([call]), 'c')).toBe(declaration)
})

test('what tests state counts, not what their values have in common', () => {
  const signature: CallSignature = {
    parameters: [{ kind: 'map', key: 'integer', item: { kind: 'optional', item: { kind: 'integer' } } }],
    result: { kind: 'number' },
  }
  const { tests, ...rules } = suite([[[{ 1: 2 }], 1]])
  const stated: Suite = { tests: tests.map((each) => ({ ...each, signature })), ...rules } as Suite
  expect(
    (['java', 'haskell', 'typescript'] as const).map((language) => declarationOf(stated, language)),
  ).toEqual([
    'public static double f(java.util.Map<Long, Long> p1)',
    'f :: Data.Map.Map Int (Maybe Int) -> Double',
    'function f(p1: Record<number, number | null>): number',
  ])
})

test.each([
  ['null alone', [[[null], 1]]],
  [
    'values without a type in common',
    [
      [[1], 1],
      [['a'], 1],
    ],
  ],
  [
    'a list of such',
    [
      [[[1, 'a']], 1],
      [[['a']], 1],
    ],
  ],
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
    for (const language of ['cpp', 'java', 'c', 'csharp', 'go', 'scala', 'haskell', 'rust'] as const)
      expect(declarationOf(suite(calls), language)).toBeUndefined()
    expect(declarationOf(suite(calls), 'typescript')).toContain('any')
    expect(declarationOf(suite(calls), 'python')).toMatch(/^def f\(p1/)
  },
)

test.each([
  ['match', ['python', 'c', 'bash', 'go', 'haskell'], ['php', 'scala', 'rust']],
  ['Print', ['python', 'java'], ['php', 'haskell']],
  ['type', ['python', 'c', 'typescript'], ['go', 'scala', 'haskell', 'rust']],
  ['delete', ['python', 'go'], ['javascript', 'cpp']],
] as [string, Language[], Language[]][])('%s is a name in %j, not in %j', (name, yes, no) => {
  const { tests, ...rules } = suite([[[1], 2]])
  const named = { tests: tests.map((each) => ({ ...each, name })), ...rules } as Suite
  for (const language of yes) expect(declarationOf(named, language)).toContain(name)
  for (const language of no) expect(declarationOf(named, language)).toBeUndefined()
})

test('whole programs have none', () => {
  const program: Suite = { ...mixed, tests: [{ kind: 'stdin', input: '', output: '' }] }
  expect(declarationOf(program, 'python')).toBeUndefined()
})
