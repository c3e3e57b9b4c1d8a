import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { countTaken, parseShard, takeShard } from '../../src/sources/take-shard.ts'
import { collect } from './collect.ts'

async function* upTo(count: number, onTake: (n: number) => void = () => {}) {
  for (let n = 0; n < count; n += 1) {
    onTake(n)
    yield n
  }
}

describe('takeShard', () => {
  it('gives shards that do not overlap and together are the limited input', async () => {
    const shards = [0, 1, 2].map((index) => takeShard(upTo(10), { limit: 8, shard: { index, count: 3 } }))
    const taken = await Promise.all(shards.map((shard) => collect(shard)))
    expect(taken).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5],
    ])
    expect(taken.map((shard) => shard.length)).toEqual(
      [0, 1, 2].map((index) => countTaken(10, { limit: 8, shard: { index, count: 3 } })),
    )
  })

  it('asks for nothing beyond the limit', async () => {
    const asked: number[] = []
    await collect(
      takeShard(
        upTo(10, (n) => asked.push(n)),
        { limit: 3 },
      ),
    )
    expect(asked).toEqual([0, 1, 2])
  })
})

describe('parseShard', () => {
  it('reads i/n, counted from 0', () => {
    expect(parseShard('0/1')).toEqual({ index: 0, count: 1 })
    expect(parseShard('39/40')).toEqual({ index: 39, count: 40 })
  })

  it.each(['4/4', '1', '-1/4', '0/0', '1/2/3', 'a/b', ''])('refuses "%s"', (text) => {
    expect(() => parseShard(text)).toThrow(UserError)
  })
})
