/** Winners in, those that are members of the group out, with their indices among all. */
import type { Winner } from './group-record.ts'

export const chosenWinners = (winners: readonly Winner[]): { winner: Winner; index: number }[] =>
  winners.map((winner, index) => ({ winner, index })).filter(({ winner }) => winner.chosen)
