import { describe, expect, test } from 'vitest'
import { dcr } from '../../../src/mutate/operators/dcr.ts'
import { statementsOf } from '../mutations-of.ts'

describe('DCR', () => {
  test.each([
    ['if (a < b) total++;', ['if (0) total++;', 'if (1) total++;']],
    ['total = a ? b : c;', ['total = 0 ? b : c;', 'total = 1 ? b : c;']],
    ['while (a < b) a++;', ['while (0) a++;']],
    ['for (i = 0; i < a; i++) total++;', ['for (i = 0; 0; i++) total++;']],
    ['do a++; while (a < b);', ['do a++; while (0);']],
    [
      'while (a < b) if (a++ > c) break;',
      [
        'while (0) if (a++ > c) break;',
        'while (1) if (a++ > c) break;',
        'while (a < b) if (0) break;',
        'while (a < b) if (1) break;',
      ],
    ],
    ['while (scanf("%d", &a) == 1) total++;', ['while (0) total++;']],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(dcr, statement)).toEqual(expected)
  })

  test.each([
    ['if (scanf("%d", &a) == 1) total++;', 'reading'],
    ['while (1) { if (0) total++; break; }', 'constants'],
    ['for (;;) break;', 'nothing to decide'],
    ['switch (a) { case 1: total++; }', 'no decision'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(dcr, statement)).toEqual([])
  })
})
