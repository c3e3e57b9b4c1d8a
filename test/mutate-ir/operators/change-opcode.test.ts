import { describe, expect, test } from 'vitest'
import { changeOpcode } from '../../../src/mutate-ir/operators/change-opcode.ts'
import { changesOf, functionOf } from '../changes-of.ts'

const operationsOf = (operation: string) =>
  changesOf(changeOpcode, functionOf(`%r = ${operation}`, 'i32 %a, i32 %b, double %x')).map((text) =>
    text.slice(5),
  )

describe('IR-OPC', () => {
  test.each([
    ['sub nsw i32 %a, %b', ['add nsw i32 %a, %b', 'mul nsw i32 %a, %b']],
    ['and i32 %a, %b', ['or i32 %a, %b', 'xor i32 %a, %b']],
    ['srem i32 %a, 3', ['sdiv i32 %a, 3', 'mul i32 %a, 3']],
    ['fmul double %x, %x', ['fadd double %x, %x', 'fdiv double %x, %x']],
  ])('%s gives %j', (operation, expected) => {
    expect(operationsOf(operation)).toEqual(expected)
  })

  test.each([
    ['add nuw nsw i32 %a, %b', ['sub nsw i32 %a, %b', 'mul nsw i32 %a, %b']],
    ['or disjoint i32 %a, %b', ['and i32 %a, %b', 'xor i32 %a, %b']],
    ['lshr exact i32 %a, %b', ['ashr i32 %a, %b', 'shl i32 %a, %b']],
    ['mul nsw i32 %a, %b', ['add nsw i32 %a, %b', 'sub nsw i32 %a, %b']],
  ])('%s loses the flags that are facts about its result: %j', (operation, expected) => {
    expect(operationsOf(operation)).toEqual(expected)
  })

  test.each([
    ['add nsw i32 %a, 1', [], 'x - 1 is printed as x + -1, and x * 1 folds'],
    ['add nsw i32 %a, 3', ['mul nsw i32 %a, 3'], 'x - 3 is printed as x + -3'],
    ['udiv i32 %a, 8', ['urem i32 %a, 8', 'mul i32 %a, 8'], 'this power of two was there'],
    ['sub nsw i32 0, %a', [], 'a constant stands on the right of + and *'],
  ])('%s gives only %j: %s', (operation, expected) => {
    expect(operationsOf(operation)).toEqual(expected)
  })
})
