import { expect, it } from 'vitest'
import { inTurns } from '../../../src/group/screen/in-turns.ts'

it('takes one of each list after the other until all are taken', () => {
  expect(inTurns([[1, 2, 3], [4], [5, 6]])).toEqual([1, 4, 5, 2, 6, 3])
  expect(inTurns([])).toEqual([])
})
