import { expect, it } from 'vitest'
import { createRandom } from '../../src/base/random.ts'
import { Sample } from '../../src/search/sample.ts'

const drawn = (seed: number, offered: number, most: number) => {
  const sample = new Sample<number>(createRandom(seed), most)
  for (let item = 0; item < offered; item++) sample.offer(item)
  return sample.items
}

it('keeps all while there is room, and never more than it may', () => {
  expect(drawn(1, 3, 5)).toEqual([0, 1, 2])
  expect(drawn(1, 100, 5)).toHaveLength(5)
})

it('keeps each item about as often as any other, by the seed alone', () => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (let seed = 0; seed < 2000; seed++) for (const item of drawn(seed, 10, 3)) counts[item]!++
  for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(100)
  expect(drawn(7, 100, 5)).toEqual(drawn(7, 100, 5))
})
