import { expect, it } from 'vitest'
import { loserDifficulty } from '../../../src/group/losers/loser-difficulty.ts'

it('is 1 for what can hardly be told from a winner and 0 for what has nothing of one', () => {
  expect(loserDifficulty(0, 0)).toBe(1)
  expect(loserDifficulty(1, 1)).toBe(0)
  expect(loserDifficulty(0.02, 0.25)).toBeCloseTo(0.865, 12)
})

it('grows as the text comes nearer, and as fewer inputs show the difference', () => {
  expect(loserDifficulty(0.1, 0.5)).toBeGreaterThan(loserDifficulty(0.2, 0.5))
  expect(loserDifficulty(0.1, 0.25)).toBeGreaterThan(loserDifficulty(0.1, 0.5))
})
