import { describe, expect, it } from 'vitest'
import { solveBits } from '../../../src/search/solve/solve-bits.ts'

describe('solveBits', () => {
  it.each([
    [[0b011n, 0b110n, 0b001n], 0b101n, [0, 1]],
    [[0b1n], 0n, []],
    [[0b10n, 0b10n], 0b1n, undefined],
  ])('of %s makes %s by %s', (numbers, wanted, chosen) => {
    expect(solveBits(numbers, wanted)).toEqual(chosen)
  })
})
