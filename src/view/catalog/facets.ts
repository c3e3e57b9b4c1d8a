/**
 * What groups can be filtered by: for each value of each facet the set of the groups that have it. Counts under a filter
 * come from sets cut with each other: a few thousand words of memory for 300,000 groups.
 *
 * Values that very many groups share lie as bitmaps, the others as lists: a data set may have any number of licences.
 */
import type { GroupFacts } from '../../store/view-rows.ts'
import { addBit, type Bitmap, countBoth, emptyBitmap, hasBit, unite } from './bitmap.ts'

/** In the order of the page. */
export const FACETS = ['split', 'kind', 'operator', 'class', 'level', 'difficulty', 'license'] as const
export type Facet = (typeof FACETS)[number]

export const byFacet = <T>(make: (facet: Facet) => T): Record<Facet, T> =>
  Object.fromEntries(FACETS.map((facet) => [facet, make(facet)])) as Record<Facet, T>

/** Tenths of difficulty, by their lower end. */
const DIFFICULTIES = Array.from({ length: 10 }, (_, tenth) => (tenth / 10).toFixed(1))

/** The values of one group, as they stand in addresses; those of losers are of any of them. */
export const valuesOf = ({ split, kind, license, losers }: GroupFacts): Record<Facet, readonly string[]> => ({
  split: [split],
  kind: [kind],
  license: [license],
  operator: losers.map(({ operator }) => operator),
  class: losers.map((loser) => loser.class),
  level: losers.map(({ level }) => level),
  difficulty: losers.map(({ difficulty }) => DIFFICULTIES[Math.min(9, Math.floor(difficulty * 10))]!),
})

/** Groups with one value; their numbers are added in ascending order. */
export interface NumberSet {
  add(number: number): void
  /** How many of them are in the other set. */
  countIn(other: Bitmap): number
  addTo(other: Bitmap): void
}

/** One bit in so many is as dear as a list. */
const DENSE = 32

export function createNumberSet(): NumberSet {
  let list: number[] | undefined = []
  let bits = emptyBitmap(0)
  return {
    add(number) {
      if (list?.at(-1) === number || (list === undefined && number < bits.size && hasBit(bits, number)))
        return
      if (list !== undefined) {
        list.push(number)
        if (list.length < 1024 || list.length * DENSE < number) return
        bits = emptyBitmap(2 * number)
        for (const one of list) addBit(bits, one)
        list = undefined
        return
      }
      if (number >= bits.size) {
        const wider = emptyBitmap(2 * number)
        unite(wider, bits)
        bits = wider
      }
      addBit(bits, number)
    },
    countIn(other) {
      if (list === undefined) return countBoth(bits, other)
      let both = 0
      for (const number of list) if (hasBit(other, number)) both++
      return both
    },
    addTo(other) {
      if (list === undefined) unite(other, bits)
      else for (const number of list) addBit(other, number)
    },
  }
}
