import { describe, expect, test } from 'vitest'
import { bcr } from '../../../src/mutate/operators/bcr.ts'
import { statementsOf } from '../mutations-of.ts'

describe('BCR', () => {
  test.each([
    [
      'for (i = 0; i < a; i++) { if (i == b) break; total++; }',
      ['for (i = 0; i < a; i++) { if (i == b) continue; total++; }'],
    ],
    [
      'for (i = 0; i < a; i++) { if (i == b) continue; total++; }',
      ['for (i = 0; i < a; i++) { if (i == b) break; total++; }'],
    ],
    [
      'while (a--) { switch (b) { case 1: break; } total++; }',
      ['while (a--) { switch (b) { case 1: continue; } total++; }'],
    ],
    [
      'while (1) { if (a++) break; if (b++) break; }',
      [
        'while (1) { if (a++) continue; if (b++) break; }',
        'while (1) { if (a++) break; if (b++) continue; }',
      ],
    ],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(bcr, statement)).toEqual(expected)
  })

  test.each([
    ['switch (a) { case 1: break; }', 'no loop around'],
    ['while (a--) { switch (b) { case 1: break; } }', 'the same after the switch'],
    ['while (1) { if (a++) break; total++; }', 'the only way out'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(bcr, statement)).toEqual([])
  })
})
