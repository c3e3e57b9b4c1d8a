/** Sets of numbers as bits. */
import { describe, expect, it } from 'vitest'
import {
  addBit,
  type Bitmap,
  bitsFrom,
  countBits,
  countBoth,
  emptyBitmap,
  fullBitmap,
  intersect,
  unite,
} from '../../src/view/catalog/bitmap.ts'
import { createNumberSet } from '../../src/view/catalog/facets.ts'

function setOf(size: number, numbers: readonly number[]): Bitmap {
  const set = emptyBitmap(size)
  for (const number of numbers) addBit(set, number)
  return set
}

const members = (set: Bitmap) => bitsFrom(set, 0, Number.POSITIVE_INFINITY, 1)

describe.each([1, 31, 32, 33, 64, 1000])('of %d', (size) => {
  it('a full one has all, an empty one none', () => {
    expect(countBits(fullBitmap(size))).toBe(size)
    expect(members(fullBitmap(size))).toEqual(Array.from({ length: size }, (_, n) => n))
    expect(members(emptyBitmap(size))).toEqual([])
  })

  it('counts what is below a number', () => {
    const full = fullBitmap(size)
    for (const below of [0, 1, 31, 32, 33, size]) expect(countBits(full, below)).toBe(Math.min(below, size))
  })
})

describe('two sets', () => {
  const [threes, fives] = [3, 5].map((step) =>
    setOf(
      100,
      Array.from({ length: 100 }, (_, n) => n).filter((n) => n % step === 0),
    ),
  ) as [Bitmap, Bitmap]

  it('are cut, joined and counted', () => {
    expect(countBoth(threes, fives)).toBe(7)
    const both = { words: threes.words.slice(), size: 100 }
    intersect(both, fives)
    expect(members(both)).toEqual([0, 15, 30, 45, 60, 75, 90])
    const either = { words: threes.words.slice(), size: 100 }
    unite(either, fives)
    expect(countBits(either)).toBe(34 + 20 - 7)
  })

  it('are walked up and down from a place', () => {
    expect(bitsFrom(fives, 33, 2, 1)).toEqual([35, 40])
    expect(bitsFrom(fives, 33, 2, -1)).toEqual([30, 25])
    expect(bitsFrom(fives, 99, 5, 1)).toEqual([])
    expect(bitsFrom(fives, -1, 5, -1)).toEqual([])
  })
})

describe('a set that grows', () => {
  it.each([
    { name: 'few of many', numbers: Array.from({ length: 50 }, (_, n) => n * 997) },
    { name: 'many', numbers: Array.from({ length: 20_000 }, (_, n) => n * 2) },
  ])('knows $name, and each once', ({ numbers }) => {
    const set = createNumberSet()
    for (const number of numbers) {
      set.add(number)
      set.add(number)
    }
    const size = numbers.at(-1)! + 1
    const all = emptyBitmap(size)
    set.addTo(all)
    expect(set.countIn(fullBitmap(size))).toBe(numbers.length)
    expect(members(all)).toEqual(numbers)
    expect(set.countIn(setOf(size, numbers.slice(0, 10)))).toBe(10)
  })
})
