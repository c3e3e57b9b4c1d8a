/**
 * How losers are chosen among those that could be: the order in which screened mutants are compiled, and in which
 * compiled ones are proven. In every way the levels are kept in balance, so that the level says nothing about the label.
 *
 * - `mixed`: operators that the group has least of, of those the hardest;
 * - `hard`: the hardest;
 * - `diverse`: operators, then places in the code, then inputs of the witnesses that the group has least of;
 * - `random`: any.
 *
 * What is then still equal is drawn by the seed.
 */
import { createHash } from 'node:crypto'
import type { Loser } from '../../records/group-record.ts'
import type { PoolEntry } from '../../records/pool-entry.ts'

export const LOSER_SELECTIONS = ['mixed', 'hard', 'diverse', 'random'] as const
export type LoserSelection = (typeof LOSER_SELECTIONS)[number]

/** Compared item by item; the least comes first. */
export type Rank = readonly number[]

export interface LoserOrder {
  /** Of a screened mutant, whose level, text and distance are not known yet. */
  ofEntry(entry: PoolEntry, before: readonly PoolEntry[]): Rank
  ofLoser(loser: Loser, before: readonly Loser[]): Rank
}

/** `before`: what the group has already, or is about to. */
export function loserOrder(selection: LoserSelection, seed: string): LoserOrder {
  const draw = ({ mutant }: Pick<PoolEntry, 'mutant'>) =>
    Number.parseInt(
      createHash('sha256').update(`${selection} ${seed} ${mutant.id}`).digest('hex').slice(0, 12),
      16,
    )
  const shownOn = (entry: PoolEntry) => (entry.class === 'malformed' ? 0 : entry.shownOn)
  return {
    ofEntry(entry, before) {
      switch (selection) {
        case 'mixed':
          return [count(before, entry, operator), shownOn(entry), draw(entry)]
        case 'hard':
          return [shownOn(entry), draw(entry)]
        case 'diverse':
          return [count(before, entry, operator), count(before, entry, place), draw(entry)]
        case 'random':
          return [draw(entry)]
      }
    },
    ofLoser(loser, before) {
      const level = count(before, loser, (one) => one.level)
      switch (selection) {
        case 'mixed':
          return [level, count(before, loser, operator), -loser.difficulty, draw(loser)]
        case 'hard':
          return [level, -loser.difficulty, draw(loser)]
        case 'diverse':
          return [
            level,
            count(before, loser, operator),
            count(before, loser, place),
            count(before, loser, witnessInput),
            draw(loser),
          ]
        case 'random':
          return [level, draw(loser)]
      }
    },
  }
}

/** Removes and returns the first by rank. */
export function takeFirst<T>(items: T[], rankOf: (item: T) => Rank): T | undefined {
  const ranks = items.map(rankOf)
  let best = 0
  for (const [index, rank] of ranks.entries()) if (isBefore(rank, ranks[best]!)) best = index
  return items.splice(best, 1)[0]
}

function isBefore(a: Rank, b: Rank): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

type Edited = Pick<PoolEntry, 'mutant'> & { readonly editedWinner?: number }

const operator = ({ mutant }: Edited) => mutant.operator
/** A line of the text that was edited. */
const place = ({ mutant, editedWinner }: Edited) => `${editedWinner ?? 'c'} ${mutant.line}`
const witnessInput = (loser: Loser) => (loser.class === 'malformed' ? -1 : loser.witness.inputIndex)

const count = <T>(before: readonly T[], item: T, keyOf: (item: T) => unknown): number =>
  before.filter((one) => keyOf(one) === keyOf(item)).length
