import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/base/random.ts'
import { createSample, rankIds, sampleIds } from '../../src/base/sample-ids.ts'

const ids = Array.from({ length: 10_000 }, (_, i) => `id ${i}`)

describe('a sample', () => {
  it('is the first of all ids in their drawn order, however many go by and in whatever order', () => {
    for (const count of [0, 1, 7, 3000, 20_000]) {
      const first = rankIds(ids, 5).slice(0, count).sort()
      expect(sampleIds(createRandom(count).shuffle(ids), count, 5)).toEqual(first)
    }
  })

  it('depends on the seed', () => {
    expect(sampleIds(ids, 20, 1)).not.toEqual(sampleIds(ids, 20, 2))
  })

  it('gives what came with the ids, in the order of the ids', () => {
    const sample = createSample<number>(20, 1)
    for (const [i, id] of ids.entries()) sample.add(id, i)
    expect(sample.drawn()).toEqual(sampleIds(ids, 20, 1).map((id) => ids.indexOf(id)))
  })
})
