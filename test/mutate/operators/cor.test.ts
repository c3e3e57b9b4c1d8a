import { describe, expect, test } from 'vitest'
import { cor } from '../../../src/mutate/operators/cor.ts'
import { expressionsOf, statementsOf } from '../mutations-of.ts'

describe('COR', () => {
  test.each([
    ['a < b && b < c', ['0', 'a < b', 'a < b == b < c', 'b < c']],
    ['a < b || b < c', ['1', 'a < b', 'a < b != b < c', 'b < c']],
    ['a == b && b == c', ['0', 'a == b', 'a == b == (b == c)', 'b == c']],
    ['!a && !b', ['!a', '!a == !b', '!b', '0']],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(cor, expression)).toEqual(expected)
  })

  test('a number is made a truth value where the number would count', () => {
    expect(expressionsOf(cor, 'a && x')).toEqual(['!!a', '!!a == !!x', '!!x', '0'])
    expect(expressionsOf(cor, '(a | b) && (c = 1)')).toEqual([
      '!!(a | b)',
      '!!(a | b) == !!(c = 1)',
      '!!(c = 1)',
      '0',
    ])
  })

  test('a condition keeps its operands as they are', () => {
    expect(statementsOf(cor, 'if (a && b) total++;')).toEqual([
      'if (!!a == !!b) total++;',
      'if (0) total++;',
      'if (a) total++;',
      'if (b) total++;',
    ])
  })

  test('an operand that reads is not dropped', () => {
    expect(statementsOf(cor, 'if (scanf("%d", &a) == 1 && a > 0) total++;')).toEqual([
      'if (scanf("%d", &a) == 1) total++;',
      'if (scanf("%d", &a) == 1 == a > 0) total++;',
    ])
  })

  test('a loop is not made endless', () => {
    expect(statementsOf(cor, 'while (a < b || b < c) a++;')).not.toContain('while (1) a++;')
  })

  test.each([['a & b'], ['a | b'], ['a < b'], ['!a']])('%s must not mutate', (expression) => {
    expect(expressionsOf(cor, expression)).toEqual([])
  })
})
