import { describe, expect, test } from 'vitest'
import { ror } from '../../../src/mutate/operators/ror.ts'
import { expressionsOf, statementsOf } from '../mutations-of.ts'

describe('ROR', () => {
  test.each([
    ['a < b', ['0', 'a != b', 'a <= b']],
    ['a <= b', ['1', 'a < b', 'a == b']],
    ['a > b', ['0', 'a != b', 'a >= b']],
    ['a >= b', ['1', 'a == b', 'a > b']],
    ['a == b', ['0', 'a <= b', 'a >= b']],
    ['a != b', ['1', 'a < b', 'a > b']],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(ror, expression)).toEqual(expected)
  })

  test.each([
    ['no equality on floats', 'x < y', ['0', 'x <= y']],
    ['no equality on floats', 'x == 0.5', ['0', 'x <= 0.5', 'x >= 0.5']],
    ['no order on pointers tested for equality', 'p == q', ['0']],
    ['no order on a pointer against null', 's->next != NULL', ['1']],
    ['no order on what has an unknown type', 'unknown(a) == b', ['0']],
    ['an unsigned number is never below 0', 'u > 0', ['0', 'u >= 0']],
    ['an unsigned number is never below 0', 'u == 0', ['0', 'u >= 0']],
  ])('%s: %s gives %j', (_, expression, expected) => {
    expect(expressionsOf(ror, expression)).toEqual(expected)
  })

  test('parentheses keep the operands together', () => {
    expect(expressionsOf(ror, 'a == b < c')).toContain('a == (b != c)')
    expect(expressionsOf(ror, 'a < b == c')).toContain('a != b == c')
    expect(expressionsOf(ror, 'a == b < c')).toContain('a <= (b < c)')
  })

  test.each([
    [
      'a loop without another exit is not made endless',
      'while (a <= b) a++;',
      ['while (a < b) a++;', 'while (a == b) a++;'],
    ],
    [
      'a loop with a break may lose its condition',
      'while (a <= b) { if (c) break; a++; }',
      [
        'while (1) { if (c) break; a++; }',
        'while (a < b) { if (c) break; a++; }',
        'while (a == b) { if (c) break; a++; }',
      ],
    ],
    [
      'a counting loop gets no !=',
      'for (i = 0; i < a; i++) total++;',
      ['for (i = 0; 0; i++) total++;', 'for (i = 0; i <= a; i++) total++;'],
    ],
    [
      'reading is not dropped',
      'if (scanf("%d", &a) != 1) return 1;',
      ['if (scanf("%d", &a) < 1) return 1;', 'if (scanf("%d", &a) > 1) return 1;'],
    ],
    [
      'a loop that reads may be skipped',
      'while (scanf("%d", &a) == 1) total++;',
      [
        'while (0) total++;',
        'while (scanf("%d", &a) <= 1) total++;',
        'while (scanf("%d", &a) >= 1) total++;',
      ],
    ],
    ['nothing is below EOF', 'if (a == EOF) return 1;', ['if (0) return 1;']],
    [
      'a comment around the operator stays',
      'total = a /* < */ < b;',
      ['total = 0;', 'total = a /* < */ != b;', 'total = a /* < */ <= b;'],
    ],
  ])('%s', (_, statement, expected) => {
    expect(statementsOf(ror, statement)).toEqual(expected)
  })

  test.each([['a + b'], ['a && b'], ['a'], ['sizeof(a < b)']])('%s must not mutate', (expression) => {
    expect(expressionsOf(ror, expression)).toEqual([])
  })
})
