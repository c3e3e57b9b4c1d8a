import { describe, expect, it } from 'vitest'
import { floatBits } from '../../../src/call/bits.ts'
import { clearlyDifferentEffects } from '../../../src/call/effects/clearly-different-effects.ts'
import { changedFloatText, floatText } from '../../../src/call/effects/float-text.ts'

const double = (value: number) => floatText(floatBits(value, 'f64'), 'f64')
const float = (value: number) => floatText(floatBits(value, 'f32'), 'f32')
const effects = (returned: unknown, memory: Record<string, string> = {}) =>
  JSON.stringify({ return: returned, memory })

describe('clearlyDifferentEffects', () => {
  it.each([
    ['the same', effects('3', { 'a[0]': '1' }), effects('3', { 'a[0]': '1' }), false],
    ['another result', effects('3'), effects('4'), true],
    ['integers are never close', effects('1000000'), effects('1000001'), true],
    ['memory that only one changes', effects('3', { 'a[0]': '1' }), effects('3'), true],
    ['doubles by their last bit', effects(double(0.3)), effects(double(0.1 + 0.2)), false],
    ['doubles that differ', effects(double(0.3)), effects(double(0.31)), true],
    ['floats, and what their bits are', effects(float(0.1)), effects(float(0.10000001)), false],
    ['zero and minus zero', effects(double(0)), effects(double(-0)), false],
    ['NaN and a number', effects('nan'), effects(double(1)), true],
    ['NaN and NaN', effects('nan'), effects('nan'), false],
    [
      'a float inside a structure',
      effects({ x: double(1), y: '2' }),
      effects({ x: double(1 + 1e-12), y: '2' }),
      false,
    ],
    [
      'an integer beside it',
      effects({ x: double(1), y: '2' }),
      effects({ x: double(1 + 1e-12), y: '3' }),
      true,
    ],
    [
      'a float that the other left as it was',
      effects('0', { x: changedFloatText(double(5), double(1)) }),
      effects('0'),
      true,
    ],
    [
      'a float that came back to nearly what it was',
      effects('0', { x: changedFloatText(double(1 + 1e-15), double(1)) }),
      effects('0'),
      false,
    ],
    ['one that ends the process', JSON.stringify({ exited: true, memory: {} }), effects('0'), true],
    ['programs', '', '', false],
  ])('%s', (_, a, b, different) => {
    expect(clearlyDifferentEffects(a, b)).toBe(different)
    expect(clearlyDifferentEffects(b, a)).toBe(different)
  })
})
