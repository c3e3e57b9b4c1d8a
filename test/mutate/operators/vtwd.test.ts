import { describe, expect, test } from 'vitest'
import { vtwd } from '../../../src/mutate/operators/vtwd.ts'
import { statementsOf } from '../mutations-of.ts'

describe('VTWD', () => {
  test.each([
    ['total = v[a];', ['total = v[a + 1];', 'total = v[a - 1];']],
    ['total = v[a & b];', ['total = v[(a & b) + 1];', 'total = v[(a & b) - 1];']],
    ['while (a < b) a++;', ['while (a < b - 1) a++;']],
    ['while (a <= b) a++;', ['while (a <= b + 1) a++;']],
    ['while (a > b) a--;', ['while (a > b + 1) a--;']],
    ['while (a >= b) a--;', ['while (a >= b - 1) a--;']],
    [
      'for (i = a; i < LIMIT; i++) total++;',
      [
        'for (i = a + 1; i < LIMIT; i++) total++;',
        'for (i = a - 1; i < LIMIT; i++) total++;',
        'for (i = a; i < LIMIT - 1; i++) total++;',
      ],
    ],
    [
      'for (int k = a; k < b; k++) total++;',
      [
        'for (int k = a + 1; k < b; k++) total++;',
        'for (int k = a - 1; k < b; k++) total++;',
        'for (int k = a; k < b - 1; k++) total++;',
      ],
    ],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(vtwd, statement)).toEqual(expected)
  })

  test.each([
    ['total = v[3];', 'CRP'],
    ['total = v[a - 1];', 'CRP'],
    ['total = v[a++];', 'an effect'],
    ['for (i = 0; i < 10; i++) total++;', 'CRP'],
    ['while (x < y) x++;', 'no integers'],
    ['if (a < b) total++;', 'no loop'],
    ['scanf("%d", &v[a]);', 'an input'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(vtwd, statement)).toEqual([])
  })
})
