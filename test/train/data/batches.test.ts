import { describe, expect, it } from 'vitest'
import { createBatchOrder, idsOfSteps } from '../../../src/train/data/batch-order.ts'
import { packByTokens, toTokenBatch } from '../../../src/train/data/token-batch.ts'

const ids = Array.from({ length: 10 }, (_, i) => `group ${i}`)
const options = { seed: 1, groups: 4, epochs: 2, maxSteps: null }

describe('the order of groups', () => {
  it('takes every group once an epoch, the rest in a smaller batch', () => {
    const order = createBatchOrder(ids, options)
    expect(order).toMatchObject({ stepsPerEpoch: 3, steps: 6 })
    for (const epoch of [0, 1]) {
      const batches = [0, 1, 2].map((step) => order.batch(3 * epoch + step))
      expect(batches.map(({ length }) => length)).toEqual([4, 4, 2])
      expect(batches.flat().sort()).toEqual(ids)
    }
  })

  it('is another in each epoch and for each seed, and always the same for the same', () => {
    const order = createBatchOrder(ids, options)
    expect(order.batch(3)).not.toEqual(order.batch(0))
    expect(createBatchOrder(ids, { ...options, seed: 2 }).batch(0)).not.toEqual(order.batch(0))
    // A resumed run asks for a later step first.
    expect(createBatchOrder(ids, options).batch(4)).toEqual(order.batch(4))
  })

  it('ends early where fewer steps are wanted', () => {
    const order = createBatchOrder(ids, { ...options, maxSteps: 2 })
    expect(order.steps).toBe(2)
    expect(idsOfSteps(order)).toEqual([...order.batch(0), ...order.batch(1)].sort())
    expect(idsOfSteps(order)).toHaveLength(8)
    const all = createBatchOrder(ids, { ...options, maxSteps: 4 })
    expect(all.steps).toBe(4)
    expect(idsOfSteps(all)).toEqual(ids)
  })
})

describe('packs', () => {
  it.each([
    [
      'of neighbours within the limit',
      [3, 4, 2, 6],
      [
        [3, 4],
        [2, 6],
      ],
    ],
    ['with what is beyond it alone', [3, 9, 1, 1], [[3], [9], [1, 1]]],
    ['filled to the last token', [4, 4, 4], [[4, 4], [4]]],
    ['of nothing', [], []],
  ])('%s', (_, items, packs) => {
    expect(packByTokens(items, (n) => n, 8)).toEqual(packs)
  })
})

describe('a batch for the engine', () => {
  it('has all sequences one after another, without padding', () => {
    const batch = toTokenBatch([
      { prompt: Int32Array.of(1, 2), response: Int32Array.of(3) },
      { prompt: Int32Array.of(4), response: Int32Array.of(5, 6, 7) },
    ])
    expect(batch).toEqual({
      ids: Int32Array.of(1, 2, 3, 4, 5, 6, 7),
      offsets: Int32Array.of(0, 3, 7),
      promptLengths: Int32Array.of(2, 1),
    })
  })
})
