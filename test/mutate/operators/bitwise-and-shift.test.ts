import { describe, expect, test } from 'vitest'
import { lcrb } from '../../../src/mutate/operators/lcrb.ts'
import { sor } from '../../../src/mutate/operators/sor.ts'
import { expressionsOf } from '../mutations-of.ts'

describe('LCRB', () => {
  test.each([
    ['a & b', ['a ^ b', 'a | b']],
    ['a | b', ['a & b', 'a ^ b']],
    ['a ^ b', ['a & b', 'a | b']],
    ['a | b & c', ['a & (b & c)', 'a ^ b & c', 'a | (b | c)', 'a | b ^ c']],
    ['a | 0', ['a & 0']],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(lcrb, expression).toSorted()).toEqual(expected)
  })

  test.each([['a && b'], ['&a'], ['a << b'], ['~a']])('%s must not mutate', (expression) => {
    expect(expressionsOf(lcrb, expression)).toEqual([])
  })
})

describe('SOR', () => {
  test.each([
    ['a << b', ['a >> b']],
    ['a >> 1', ['a << 1']],
    ['1u << a + b', ['1u >> a + b']],
    ['a < b', []],
    ['a << 0', []],
  ])('%s gives %j', (expression, expected) => {
    expect(expressionsOf(sor, expression)).toEqual(expected)
  })
})
