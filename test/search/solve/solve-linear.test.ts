import { describe, expect, it } from 'vitest'
import { solveLinear } from '../../../src/search/solve/solve-linear.ts'

describe('solveLinear', () => {
  it.each([
    [
      [
        [1n, 1n],
        [1n, -1n],
      ],
      [10n, 4n],
      [7n, 3n],
    ],
    [[[3n, 0n]], [9n], [3n, 0n]],
    [[[2n, 1n]], [7n], undefined],
    [
      [
        [1n, 1n],
        [2n, 2n],
      ],
      [1n, 3n],
      undefined,
    ],
    [
      [
        [1n, 1n],
        [2n, 2n],
      ],
      [1n, 2n],
      [1n, 0n],
    ],
    [
      [
        [0n, 5n, 1n],
        [1n, 0n, 1n],
      ],
      [10n, 4n],
      [4n, 2n, 0n],
    ],
  ])('%s x = %s gives %s', (rows, wanted, solution) => {
    expect(solveLinear(rows, wanted)).toEqual(solution)
  })
})
