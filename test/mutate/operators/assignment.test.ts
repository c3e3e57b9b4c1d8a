import { describe, expect, test } from 'vitest'
import { aors } from '../../../src/mutate/operators/aors.ts'
import { asr } from '../../../src/mutate/operators/asr.ts'
import { expressionsOf, statementsOf } from '../mutations-of.ts'

describe('ASR', () => {
  test.each([
    ['a += b;', ['a -= b;', 'a = b;']],
    ['a -= b;', ['a += b;', 'a = b;']],
    ['a *= b;', ['a += b;', 'a /= b;', 'a = b;']],
    ['a /= b;', ['a %= b;', 'a *= b;']],
    ['x /= y;', ['x *= y;']],
    ['a %= b;', ['a *= b;', 'a /= b;']],
    ['a &= b;', ['a ^= b;', 'a |= b;']],
    ['a |= b;', ['a &= b;', 'a = b;', 'a ^= b;']],
    ['a ^= b;', ['a &= b;', 'a = b;', 'a |= b;']],
    ['a <<= b;', ['a >>= b;']],
    ['a >>= b;', ['a <<= b;']],
    ['a+=-b;', ['a-= -b;', 'a= -b;']],
    ['p += a;', ['p -= a;']],
    ['a *= 1;', ['a += 1;', 'a = 1;']],
    ['a = b;', []],
    ['a == b;', []],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(asr, statement)).toEqual(expected)
  })
})

describe('AORS', () => {
  test.each([
    ['a++;', ['a--;']],
    ['--a;', ['++a;']],
    ['total = v[i++];', ['total = v[++i];', 'total = v[i--];']],
    ['while (--a) total++;', ['while (++a) total++;', 'while (a--) total++;', 'while (--a) total--;']],
    ['for (i = 0; i < a; i++, b++) ;', ['for (i = 0; i < a; i--, b++) ;', 'for (i = 0; i < a; i++, b--) ;']],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(aors, statement)).toEqual(expected)
  })

  test.each([['a + b'], ['-a'], ['sizeof(a++)']])('%s must not mutate', (expression) => {
    expect(expressionsOf(aors, expression)).toEqual([])
  })
})
