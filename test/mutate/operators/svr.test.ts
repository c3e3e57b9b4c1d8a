import { describe, expect, test } from 'vitest'
import { svr } from '../../../src/mutate/operators/svr.ts'
import { unitsOf } from '../mutations-of.ts'

/** The bodies that SVR makes of a function with the given parameters. */
function bodiesOf(parameters: string, body: string, globals = ''): string[] {
  const [before, after] = [`${globals}int f(${parameters}) { `, ' }']
  return unitsOf(svr, before + body + after).map((text) => text.slice(before.length, -after.length))
}

describe('SVR', () => {
  test.each([
    ['int a, int b', 'return a + 1;', ['return b + 1;']],
    [
      'int a, int b, int c, int d',
      'return a - b * c;',
      expect.arrayContaining(['return a - a * c;', 'return b - b * c;']),
    ],
    ['int a, double x, unsigned b', 'return a;', []],
    ['int *p, int *q, int n', 'return p[n];', ['return q[n];']],
    ['int *p, const int *q, int n', 'return p[n];', []],
    ['int a', 'int k; return a;', []],
    ['int a', 'int k = 2; return a + k;', ['int k = 2; return a + a;']],
    ['int a', 'int k = 2; k++; return a;', ['int k = 2; k++; return k;']],
    ['int a', '{ int k = 2; k++; } return a;', []],
  ])('of (%s): %s gives %j', (parameters, body, expected) => {
    expect(bodiesOf(parameters, body)).toEqual(expected)
  })

  test('at most two replacements of a use, those used last', () => {
    const body = 'int r = a + b + c + d; return r + a;'
    expect(
      bodiesOf('int a, int b, int c, int d', body).filter((text) =>
        text.startsWith('int r = a + b + c + d; return r + '),
      ),
    ).toEqual(['int r = a + b + c + d; return r + d;', 'int r = a + b + c + d; return r + r;'])
  })

  test.each([
    ['int a, int b', 'b = a; return 1;', 'b = b is a deletion'],
    ['int a, int b', 'return a < b;', 'a < a is false'],
    ['int a, int b', 'a++; return 1;', 'written to'],
    ['int a, int b', 'a = 3; return 1;', 'written to'],
    ['int a, int b', 'scanf("%d", &a); return 1;', 'an input'],
    ['int a, int b', 'int k = sizeof(a); return 1;', 'a size'],
    ['int a, int b', 'static int k = 3; return 1;', 'a constant'],
  ])('of (%s): %s must not mutate: %s', (parameters, body) => {
    expect(bodiesOf(parameters, body)).toEqual([])
  })

  test('an inner variable hides the outer one of its name', () => {
    expect(bodiesOf('int a, int b', '{ double b = 1; b++; return a; }')).toEqual([])
  })
})
