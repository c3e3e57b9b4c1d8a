import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/base/random.ts'

const draw = (seed: string | number, count = 200) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => random.int(0, 999))
}

describe('createRandom', () => {
  it('gives the same choices for the same seed, on every machine and in every release', () => {
    expect(draw('unit', 5)).toEqual([975, 337, 727, 329, 293])
  })

  it('gives unrelated choices for related seeds', () => {
    const [a, b] = [draw('1'), draw('2')]
    expect(a.filter((value, index) => value === b[index]).length).toBeLessThan(5)
  })

  it('takes a number for its decimal text', () => {
    expect(draw(17)).toEqual(draw('17'))
  })

  it('reaches both ends of a range and nothing outside', () => {
    const random = createRandom('ends')
    const seen = new Set(Array.from({ length: 300 }, () => random.int(-2, 3)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
  })

  it('spreads over ranges wider than 32 bits', () => {
    const random = createRandom('wide')
    const values = Array.from({ length: 200 }, () => random.int(0, 2 ** 52))
    expect(Math.max(...values)).toBeGreaterThan(2 ** 51)
    expect(new Set(values.map((value) => value % 1024)).size).toBeGreaterThan(150)
  })

  it('makes bits of any width', () => {
    const random = createRandom('bits')
    for (const width of [1, 8, 33, 64, 128]) {
      const values = Array.from({ length: 64 }, () => random.bits(width))
      expect(values.every((value) => value >= 0n && value < 1n << BigInt(width))).toBe(true)
      expect(values.some((value) => value >> BigInt(width - 1) === 1n)).toBe(true)
    }
  })

  it('shuffles without losing anything and leaves the list alone', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8]
    const shuffled = createRandom('shuffle').shuffle(list)
    expect([...shuffled].sort()).toEqual(list)
    expect(shuffled).not.toEqual(list)
    expect(list).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('refuses to pick from nothing', () => {
    expect(() => createRandom(1).pick([])).toThrow('empty')
  })
})
