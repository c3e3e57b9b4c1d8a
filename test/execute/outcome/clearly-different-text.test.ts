import { describe, expect, it } from 'vitest'
import { clearlyDifferentText } from '../../../src/execute/outcome/clearly-different-text.ts'

describe('clearlyDifferentText', () => {
  it.each([
    ['3\n', '4\n'],
    ['1000000', '1000001'],
    ['yes', 'no'],
    ['1 2', '1 2 3'],
    ['x=0.30', 'y=0.30'],
    ['0.5', '0.6'],
    ['1', '1.0'.replace('1.0', '2.0')],
    ['nan', '1.0'],
    ['inf', '-inf'],
    ['', '\n'],
  ])('%j and %j are clearly different', (a, b) => {
    expect(clearlyDifferentText(a, b)).toBe(true)
    expect(clearlyDifferentText(b, a)).toBe(true)
  })

  it.each([
    ['same', 'same'],
    ['0.3000000', '0.3000001'],
    ['a 1.0 b', 'a 1.0000000001 b'],
    ['nan', '-nan'],
    ['-0.0', '0.0'],
    ['1', '1.0'],
  ])('%j and %j are not', (a, b) => {
    expect(clearlyDifferentText(a, b)).toBe(false)
    expect(clearlyDifferentText(b, a)).toBe(false)
  })
})
