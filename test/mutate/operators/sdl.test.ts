import { describe, expect, test } from 'vitest'
import { sdl } from '../../../src/mutate/operators/sdl.ts'
import { statementsOf, unitsOf } from '../mutations-of.ts'

describe('SDL', () => {
  test.each([
    ['total++;', [';']],
    ['total = a;', [';']],
    ['printf("%d\\n", a);', [';']],
    ['if (a) total++;', ['if (a) ;']],
    [
      'if (a) total++; else total--;',
      ['if (a) ; else total--;', 'if (a) total++; ', 'if (a) total++; else ;'],
    ],
    [
      'for (i = 0; i < a; i++) { total++; b++; }',
      [
        'for (i = 0; i < a; i++) ;',
        'for (i = 0; i < a; i++) { ; b++; }',
        'for (i = 0; i < a; i++) { total++; ; }',
      ],
    ],
    [
      'while (a--) { total++; b++; }',
      ['while (a--) ;', 'while (a--) { ; b++; }', 'while (a--) { total++; ; }'],
    ],
    ['while (a < b) { a++; total++; }', ['while (a < b) { ; total++; }', 'while (a < b) { a++; ; }']],
    [
      'switch (a) { case 1: total++; break; default: b++; }',
      [
        ';',
        'switch (a) { case 1: ; break; default: b++; }',
        'switch (a) { case 1: total++; ; default: b++; }',
        'switch (a) { case 1: total++; break; default: ; }',
      ],
    ],
    [
      'while (a--) { if (b) continue; total++; }',
      ['while (a--) ;', 'while (a--) { if (b) ; total++; }', 'while (a--) { if (b) continue; ; }'],
    ],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(sdl, statement)).toEqual(expected)
  })

  test.each([
    ['int k = 3;', 'a declaration'],
    ['i = 0;', 'the first value of a local variable'],
    ['scanf("%d", &a);', 'reading'],
    ['a = getchar();', 'reading'],
    ['p = malloc(40);', 'allocation'],
    ['free(p);', 'no result'],
    ['return a;', 'a value asked for'],
    ['a;', 'no effect'],
    ['(void)a;', 'no effect'],
    ['if (a) return 1;', 'DCR makes it false'],
    ['while (1) { if (a) break; }', 'the only way out'],
    [';', 'nothing'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(sdl, statement)).toEqual([])
  })

  test('an empty return is deleted where something follows', () => {
    const code = (end: string) => `int n; void f(int a) { if (a) ${end} n++; return; }`
    expect(unitsOf(sdl, code('return;'))).toEqual([code(';'), code('return;').replace('n++;', ';')])
  })
})
