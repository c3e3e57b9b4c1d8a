import { describe, expect, test } from 'vitest'
import { aor } from '../../../src/mutate/operators/aor.ts'
import { expressionsOf, statementsOf } from '../mutations-of.ts'

describe('AOR', () => {
  test.each([
    ['a + b', ['a * b', 'a - b']],
    ['a - b', ['a * b', 'a + b']],
    ['a * b', ['a + b', 'a / b']],
    ['a / b', ['a % b', 'a * b']],
    ['a % b', ['a * b', 'a / b']],
    ['x / y', ['x * y']],
    ['a+-b', ['a* -b', 'a- -b']],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(aor, expression)).toEqual(expected)
  })

  test.each([
    ['a - b * c', ['a * b * c', 'a + b * c', 'a - (b + c)', 'a - b / c'], 'a * (b * c)'],
    ['(a + b) * c', ['(a * b) * c', '(a + b) + c', '(a + b) / c', '(a - b) * c'], ''],
    ['-a + b', ['-a * b', '-a - b'], ''],
  ])('%s keeps its operands together', (expression, expected, instead) => {
    const wanted = instead === '' ? expected : [instead, ...expected.slice(1)]
    expect(expressionsOf(aor, expression).toSorted()).toEqual(wanted.toSorted())
  })

  test.each([
    ['p + a', 'pointers'],
    ['p - q', 'pointers'],
    ['unknown + a', 'what may be a pointer'],
    ['a && b', 'conditions'],
    ['sizeof(a + b)', 'sizes'],
  ])('%s must not mutate: %s', (expression) => {
    expect(expressionsOf(aor, expression)).toEqual([])
  })

  test.each([
    ['a + 0', ['a * 0']],
    ['a * 1', ['a + 1']],
    ['2 * 2', ['2 / 2']],
    ['a / 1', ['a % 1']],
  ])('%s gives no equal mutant, only %j', (expression, expected) => {
    expect(expressionsOf(aor, expression)).toEqual(expected)
  })

  test('array sizes and declarations without a value stay', () => {
    expect(statementsOf(aor, 'int w[LIMIT + 1], k;')).toEqual([])
    expect(statementsOf(aor, 'int k = a + b;')).toEqual(['int k = a * b;', 'int k = a - b;'])
  })
})
