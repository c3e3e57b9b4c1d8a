import { describe, expect, test } from 'vitest'
import { uoi } from '../../../src/mutate/operators/uoi.ts'
import { expressionsOf, statementsOf } from '../mutations-of.ts'

describe('UOI', () => {
  test.each([
    ['!a', ['a']],
    ['-a', ['a']],
    ['~a', ['a']],
    ['-(a + b)', ['(a + b)']],
    ['b - -a', ['b - a']],
    ['!a && b', ['a && b', '!a && !b']],
    ['a & 1 ? b : c', ['!(a & 1) ? b : c']],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(uoi, expression)).toEqual(expected)
  })

  test.each([
    ['if (a) total++;', ['if (!a) total++;']],
    ['if ((a)) total++;', ['if ((!a)) total++;']],
    ['while (a--) total++;', ['while (!a--) total++;']],
    ['if (a % 2) total++;', ['if (!(a % 2)) total++;']],
    ['if (!s->x) total++;', ['if (s->x) total++;']],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(uoi, statement)).toEqual(expected)
  })

  test.each([
    ['if (a < b) total++;', "ROR's three subsume the negation"],
    ['if (a < b && b < c) total++;', "COR's four and ROR's three do"],
    ['while (~scanf("%d", &a)) total++;', 'reading'],
    ['while (1) break;', 'a constant'],
    ['total = !x;', 'the number would have another type'],
    ['total = -1;', 'a constant'],
    ['total = a + b;', 'no condition'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(uoi, statement)).toEqual([])
  })
})
