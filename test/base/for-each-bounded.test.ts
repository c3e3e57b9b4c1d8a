import { describe, expect, it } from 'vitest'
import { forEachBounded } from '../../src/base/for-each-bounded.ts'
import { inOrder } from '../../src/base/in-order.ts'

async function* numbers(count: number) {
  for (let i = 0; i < count; i++) yield i
}
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('runBounded', () => {
  it('works on every item, never on more than the bound at once', async () => {
    const done: number[] = []
    let open = 0
    let most = 0
    await forEachBounded(numbers(20), 3, async (item) => {
      most = Math.max(most, ++open)
      await later(item % 3)
      open--
      done.push(item)
    })
    expect(done.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()])
    expect(most).toBe(3)
  })

  it('lets what is open finish, takes nothing new, and throws the first failure', async () => {
    const started: number[] = []
    const run = forEachBounded(numbers(100), 2, async (item) => {
      started.push(item)
      await later(1)
      if (item === 3) throw new Error('third')
    })
    await expect(run).rejects.toThrow('third')
    expect(started.length).toBeLessThan(10)
  })
})

describe('inOrder', () => {
  it('gives results in the order of the items, however long each takes', async () => {
    const results: number[] = []
    const slowFirst = async (item: number) => {
      await later(10 - item)
      return item * 2
    }
    for await (const result of inOrder(numbers(10), 4, slowFirst)) results.push(result)
    expect(results).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  })
})
