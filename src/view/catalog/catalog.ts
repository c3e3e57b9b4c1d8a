/**
 * What the pages list, kept in memory and in a temporary file: which groups have which values, where words are, which drops
 * have which reason. It is read from the database in slices, so that pages come at once and say how far it is; what a
 * build adds meanwhile is read on. A page then costs the same among 300,000 groups as among 300.
 *
 * Memory: about 40 bytes a group and 10 a drop. Not guaranteed: a group that changes its split while another takes its
 * place is found under its old one until the next start; what a page shows of it is read anew.
 */
import type { DropFacts, ViewRows } from '../../store/view-rows.ts'
import { openWordIndex } from '../../store/word-index.ts'
import { addBit, type Bitmap, bitsFrom, countBits, emptyBitmap, fullBitmap, intersect } from './bitmap.ts'
import { byFacet, createNumberSet, FACETS, type Facet, type NumberSet, valuesOf } from './facets.ts'
import { type Filter, writeFilter } from './filter.ts'

export interface Catalog {
  /** Reads what there is, for about so long at most; says whether all is read. */
  readOn(budgetMs: number): boolean
  /** Groups read so far. */
  readonly groups: number
  select(filter: Filter): Selection
  readonly drops: readonly DropCount[]
  /** Keys of at most `count` drops from `key` on, of one stage and reason. */
  dropsFrom(stage: string, reason: string, key: number, count: number): ListSlice
  close(): void
}

/** The groups that pass a filter. */
export interface Selection {
  readonly count: number
  /** More hold the words than were looked through: the counts are of the first ones. */
  readonly isCut: boolean
  /** By facet, the most frequent first: how many groups would be listed with that value and the other facets' as they are. */
  readonly facets: Readonly<Record<Facet, readonly ValueCount[]>>
  page(from: number | undefined, size: number): ListSlice
  /** The groups before and after one, by their keys. */
  around(key: number): { readonly previous: number | undefined; readonly next: number | undefined }
}

export interface ValueCount {
  readonly value: string
  readonly count: number
}

/** What a page shows of a longer list. */
export interface ListSlice {
  readonly keys: readonly number[]
  /** Of the first one, from 1 on. */
  readonly position: number
  /** Keys that the pages before and after begin with. */
  readonly previous: number | undefined
  readonly next: number | undefined
}

export interface DropCount {
  readonly stage: string
  readonly reason: string
  readonly count: number
}

/** Groups with the words looked for that are counted and listed. */
export const MOST_FOUND = 5000
const SLICE_ROWS = 500
const KEPT_SELECTIONS = 16
/** Of the ids: what is shown of them. */
export const SHORT_ID = 12

export function openCatalog(rows: ViewRows): Catalog {
  let contents = createContents()
  let mark = -1
  let isWhole = false

  function readSlice(): boolean {
    const groups = rows.groupFacts(contents.lastKey, SLICE_ROWS)
    contents.addGroups(groups)
    const drops = rows.dropFacts(contents.lastDrop, SLICE_ROWS)
    contents.addDrops(drops)
    return groups.length + drops.length > 0
  }

  /** Groups were taken away or have another split: what is known of them is out of date. */
  function isOutOfDate(): boolean {
    const now = rows.groupsBySplit()
    return contents.splits().some(({ value, count }) => count > (now.get(value) ?? 0))
  }

  return {
    readOn(budgetMs) {
      const until = performance.now() + budgetMs
      const now = rows.changeMark()
      if (isWhole && now === mark) return true
      if (isWhole && isOutOfDate()) {
        contents.close()
        contents = createContents()
      }
      isWhole = false
      do {
        if (readSlice()) continue
        isWhole = true
        mark = now
      } while (!isWhole && performance.now() < until)
      return isWhole
    },
    get groups() {
      return contents.keys.length
    },
    select: (filter) => contents.select(filter),
    get drops() {
      return contents.drops()
    },
    dropsFrom: (stage, reason, key, count) => contents.dropsFrom(stage, reason, key, count),
    close: () => contents.close(),
  }
}

function createContents() {
  const keys: number[] = []
  const words = openWordIndex()
  const facets = byFacet(() => new Map<string, NumberSet>())
  const dropKeys = new Map<string, Map<string, number[]>>()
  const selections = new Map<string, Selection>()
  let lastDrop = 0

  function select(filter: Filter): Selection {
    const size = keys.length
    const found = filter.words === '' ? undefined : words.find(wordsOf(filter.words), MOST_FOUND + 1)
    const base = found === undefined ? fullBitmap(size) : setOf(found.slice(0, MOST_FOUND), size)
    const named = FACETS.filter((facet) => filter.values[facet] !== undefined)
    const sets = new Map(
      named.map((facet) => {
        const set = emptyBitmap(size)
        for (const value of filter.values[facet]!) facets[facet].get(value)?.addTo(set)
        return [facet, set]
      }),
    )
    const passing = (left?: Facet): Bitmap => {
      const set: Bitmap = { words: base.words.slice(), size }
      for (const [facet, own] of sets) if (facet !== left) intersect(set, own)
      return set
    }
    const all = passing()
    const count = countBits(all)
    const counted = (facet: Facet): ValueCount[] => {
      const set = sets.has(facet) ? passing(facet) : all
      const given = filter.values[facet] ?? []
      return Array.from(facets[facet], ([value, own]) => ({ value, count: own.countIn(set) }))
        .filter(({ value, count }) => count > 0 || given.includes(value))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    }
    return {
      count,
      isCut: found !== undefined && found.length > MOST_FOUND,
      facets: byFacet(counted),
      page(from, pageSize) {
        const start = from === undefined ? 0 : placeOf(keys, from)
        const upwards = bitsFrom(all, start, pageSize + 1, 1)
        const before = bitsFrom(all, start - 1, pageSize, -1)
        const keyAt = (number: number | undefined) => (number === undefined ? undefined : keys[number])
        return {
          keys: upwards.slice(0, pageSize).map((number) => keys[number]!),
          position: countBits(all, start) + 1,
          previous: keyAt(before.at(-1)),
          next: keyAt(upwards[pageSize]),
        }
      },
      around(key) {
        const place = placeOf(keys, key)
        const [previous] = bitsFrom(all, place - 1, 1, -1)
        const [next] = bitsFrom(all, keys[place] === key ? place + 1 : place, 1, 1)
        return {
          previous: previous === undefined ? undefined : keys[previous],
          next: next === undefined ? undefined : keys[next],
        }
      },
    }
  }

  return {
    keys,
    get lastKey() {
      return keys.at(-1) ?? 0
    },
    get lastDrop() {
      return lastDrop
    },
    addGroups(groups: ReturnType<ViewRows['groupFacts']>) {
      if (groups.length === 0) return
      selections.clear()
      const texts = groups.map((group) => {
        const number = keys.push(group.key) - 1
        const values = valuesOf(group)
        for (const facet of FACETS)
          for (const value of values[facet]) {
            const set = facets[facet].get(value) ?? createNumberSet()
            set.add(number)
            facets[facet].set(value, set)
          }
        const { id, name, dataset, container, row } = group
        return { number, text: [id.slice(0, SHORT_ID), name, dataset, container, row].join(' ') }
      })
      words.add(texts)
    },
    addDrops(drops: readonly DropFacts[]) {
      for (const { key, stage, reason } of drops) {
        const reasons = dropKeys.get(stage) ?? new Map<string, number[]>()
        dropKeys.set(stage, reasons)
        const list = reasons.get(reason) ?? []
        reasons.set(reason, list)
        list.push(key)
        lastDrop = key
      }
    },
    splits: (): ValueCount[] => {
      const everything = fullBitmap(keys.length)
      return Array.from(facets.split, ([value, set]) => ({ value, count: set.countIn(everything) }))
    },
    select(filter: Filter): Selection {
      const name = writeFilter(filter)
      const kept = selections.get(name) ?? select(filter)
      // The last in the map is the one that was asked for last.
      selections.delete(name)
      selections.set(name, kept)
      if (selections.size > KEPT_SELECTIONS) selections.delete(selections.keys().next().value!)
      return kept
    },
    drops: (): DropCount[] =>
      Array.from(dropKeys, ([stage, reasons]) =>
        Array.from(reasons, ([reason, list]) => ({ stage, reason, count: list.length })),
      ).flat(),
    dropsFrom(stage: string, reason: string, key: number, count: number): ListSlice {
      const list = dropKeys.get(stage)?.get(reason) ?? []
      const start = placeOf(list, key)
      return {
        keys: list.slice(start, start + count),
        position: start + 1,
        previous: start > 0 ? list[Math.max(0, start - count)] : undefined,
        next: list[start + count],
      }
    },
    close: () => words.close(),
  }
}

/** Ids are known by their beginnings alone. */
const wordsOf = (text: string) =>
  text.replaceAll(/\b[0-9a-f]{13,64}\b/gi, (id) => id.slice(0, SHORT_ID)).toLowerCase()

function setOf(numbers: readonly number[], size: number): Bitmap {
  const set = emptyBitmap(size)
  for (const number of numbers) addBit(set, number)
  return set
}

/** Where the key is in the ascending list, or would be. */
function placeOf(keys: readonly number[], key: number): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
