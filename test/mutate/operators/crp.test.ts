import { describe, expect, test } from 'vitest'
import { crp } from '../../../src/mutate/operators/crp.ts'
import { expressionsOf, statementsOf, unitsOf } from '../mutations-of.ts'

describe('CRP', () => {
  test.each([
    ['a + 7', ['a + 0', 'a + 6', 'a + 8']],
    ['a + 1', ['a + 0', 'a + 2']],
    ['a + 0', ['a + -1', 'a + 1']],
    ['a -0', ['a -(-1)', 'a -1']],
    ['a * 0x10u', ['a * 0x0u', 'a * 0x11u', 'a * 0xfu']],
    ['a + 010', ['a + 0', 'a + 011', 'a + 07']],
    ['a + 5LL', ['a + 0LL', 'a + 4LL', 'a + 6LL']],
    ['-1', ['-2', '0']],
    ['x * 2.5', ['x * (2.5 + 1)', 'x * (2.5 - 1)', 'x * 0.0']],
    ['x * 2.5f', ['x * (2.5f + 1)', 'x * (2.5f - 1)', 'x * 0.0f']],
    ['x * 2.5F', ['x * (2.5F + 1)', 'x * (2.5F - 1)', 'x * 0.0F']],
    ['x * 1.0L', ['x * (1.0L + 1)', 'x * (1.0L - 1)', 'x * 0.0L']],
    ['x * 1e3l', ['x * (1e3l + 1)', 'x * (1e3l - 1)', 'x * 0.0l']],
    ["'b' + a", ["'a' + a", "'c' + a"]],
    ["'z' + a", ["'y' + a"]],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(crp, expression)).toEqual(expected)
  })

  test.each([
    ['a / 2', ['a / 1', 'a / 3'], 'no division by 0'],
    ['a % 1', ['a % 2'], 'no division by 0'],
    ['x / 2.0', ['x / (2.0 + 1)', 'x / (2.0 - 1)'], 'no division by 0'],
    ['a << 31', ['a << 0', 'a << 30'], 'no shift by the width'],
    ['l << 31', ['l << 0', 'l << 30', 'l << 32'], 'a long is wider'],
    ['a >> 0', ['a >> 1'], 'no negative shift'],
    ['v[0]', ['v[1]'], 'no negative index'],
    ['v[9]', ['v[0]', 'v[8]'], 'no index past the end'],
    ['2147483647', ['0', '2147483646'], 'no other type'],
    ['u > 0', ['u > 1'], 'no negative number against an unsigned one'],
    ['a < 10', ['a < 0', 'a < 9'], 'a < 11 is a <= 10'],
    ['a >= 10', ['a >= 0', 'a >= 9'], 'a >= 11 is a > 10'],
    ['10 < a', ['0 < a', '11 < a'], '9 < a is 10 <= a'],
    ['p == 0', [], 'a null pointer'],
    ['s->next == 0', [], 'a null pointer'],
    ['g(0, 5)', ['g(-1, 5)', 'g(1, 5)', 'g(0, 0)', 'g(0, 4)', 'g(0, 6)'], 'a known int'],
    ['*address(0)', [], 'a null pointer'],
    ['unknown(0)', [], 'perhaps a null pointer'],
    ['sizeof(int[3])', [], 'a size'],
    ["'\\n'", [], 'no neighbour'],
  ])('%s gives %j: %s', (expression, expected) => {
    expect(expressionsOf(crp, expression)).toEqual(expected)
  })

  test.each([
    ['while (1) break;', []],
    ['p = 0;', []],
    ['int w[5];', []],
    ['enum { A = 3 } e;', []],
    ['printf("%5d\\n", a);', []],
    ['scanf("%d", &v[3]);', []],
    ['p = malloc(40);', []],
    ['exit(1);', []],
    ['int w[2] = {0};', ['int w[2] = {-1};', 'int w[2] = {1};']],
    ['int *w[2] = {0};', []],
    ['struct point w = {0};', []],
    [
      'for (i = 0; i < a; i += 1) total++;',
      [
        'for (i = -1; i < a; i += 1) total++;',
        'for (i = 1; i < a; i += 1) total++;',
        'for (i = 0; i < a; i += 2) total++;',
      ],
    ],
    [
      'switch (a) { case 1: total++; break; case 3: b++; }',
      [
        'switch (a) { case 0: total++; break; case 3: b++; }',
        'switch (a) { case 2: total++; break; case 3: b++; }',
        'switch (a) { case 1: total++; break; case 0: b++; }',
        'switch (a) { case 1: total++; break; case 2: b++; }',
        'switch (a) { case 1: total++; break; case 4: b++; }',
      ],
    ],
    [
      'switch (a) { case 0: total++; case 1: b++; }',
      ['switch (a) { case -1: total++; case 1: b++; }', 'switch (a) { case 0: total++; case 2: b++; }'],
    ],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(crp, statement)).toEqual(expected)
  })

  test('the exit status of main stays', () => {
    expect(unitsOf(crp, 'int main(void) { return 0; }', 'main')).toEqual([])
    expect(unitsOf(crp, 'int f(void) { return 0; }')).toEqual([
      'int f(void) { return -1; }',
      'int f(void) { return 1; }',
    ])
  })

  test('a variable that sizes an array keeps its value', () => {
    const code = 'int f(void) { const int n = 5; int a[n]; a[0] = n + 7; return a[0]; }'
    const texts = unitsOf(crp, code)
    expect(texts).toContain(code.replace('7', '8'))
    expect(texts.filter((text) => !text.includes('n = 5;'))).toEqual([])
  })
})
