import { describe, expect, it } from 'vitest'
import { editDistance } from '../../src/group/edit-distance.ts'

describe('editDistance', () => {
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
    expect(editDistance(a, b)).toBe(expected)
    expect(editDistance(b, a)).toBe(expected)
  })
})
