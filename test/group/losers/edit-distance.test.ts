import { describe, expect, it } from 'vitest'
import { editDistance, lineDistance } from '../../../src/group/losers/edit-distance.ts'

describe('the distance in tokens', () => {
  const ir = '%r = add i32 %1, 2\nret i32 %r\n'
  it.each([
    ['equal texts', ir, 0],
    ['a constant of 12 tokens', ir.replace('2', '3'), 1 / 12],
    ['a numbered temporary, which counts as equal', ir.replace('%1', '%7'), 1 / 12],
    ['an instruction more', ir.replace('ret', '%s = sub i32 %r, %r\nret'), 8 / 20],
    ['a name in two places', ir.replaceAll('%r', '%q'), 2 / 12],
  ])('of %s', (_, other, expected) => {
    expect(editDistance(ir, other).tokens).toBeCloseTo(expected, 12)
    expect(editDistance(other, ir).tokens).toBeCloseTo(expected, 12)
  })
})

describe('the distance in lines', () => {
  it.each([
    ['equal texts', 'a\nb\n', 'a\nb\n', 0],
    ['one line of two changed', 'a\nb\n', 'a\nc\n', 0.5],
    ['one line added to three', 'a\nb\nc\n', 'a\nb\nx\nc\n', 0.25],
    ['nothing in common', 'a\nb\n', 'c\nd\n', 1],
    [
      'renumbered temporaries',
      '%1 = add i32 %0, 1\na\nb\n%3 = add i32 %2, 1\n',
      '%4 = add i32 %3, 1\na\nb\n%6 = add i32 %5, 1\n',
      0.25,
    ],
    ['named values', '%x = add i32 %y, 1\n', '%z = add i32 %y, 1\n', 1],
  ])('%s', (_, a, b, expected) => {
    expect(lineDistance(a, b)).toBe(expected)
    expect(lineDistance(b, a)).toBe(expected)
    expect(editDistance(a, b).lines).toBe(expected)
  })
})
