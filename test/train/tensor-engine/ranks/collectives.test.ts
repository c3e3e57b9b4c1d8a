/** What ranks tell each other on the CPU, among threads of this process. Skipped where the engine is not built. */
import { describe, expect, it } from 'vitest'
import { loadAddon } from '../../../../src/train/tensor-engine/addon.ts'
import type { NumberType } from '../../../../src/train/tensor-engine/tensor-engine.ts'
import { NO_ENGINE } from '../open-tiny.ts'

/** Ranks, or a number of strangers at each: see collective-trials.h. */
interface Trouble {
  readonly broken?: number
  readonly strangers?: number
  readonly impostor?: number
  readonly absent?: number
}

const run = (size: number, entries: number, numberType: NumberType, trouble: Trouble = {}) => {
  const addon = loadAddon(process.env)
  addon.start(1)
  return addon.call<Float64Array[]>('tryCollectives', {
    size,
    entries,
    broken: -1,
    strangers: 0,
    impostor: -1,
    absent: -1,
    numberType,
    ...trouble,
  })
}

/** Rank r's entries of a tensor of `count`, as collective-trials.h has them. */
const entriesOf = (rank: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => 1 / (1 + rank * count + i))

/** In the order of the ranks. */
const sumOf = (parts: readonly Float64Array[]) =>
  parts.reduce((sum, part) => sum.map((value, i) => value + part[i]!))

describe.skipIf(NO_ENGINE)(`collectives of the CPU ${NO_ENGINE ?? ''}`, () => {
  it.each([
    [1, 5],
    [2, 1],
    [3, 7],
    [4, 1000],
    // More than a rank sums at a time.
    [2, 1_100_000],
  ])('of %i ranks and %i entries', async (size, entries) => {
    const ranks = Array.from({ length: size }, (_, r) => r)
    const results = await run(size, entries, 'float64')
    const sum = sumOf(ranks.map((r) => entriesOf(r, entries)))
    const wide = sumOf(ranks.map((r) => entriesOf(r, entries * size)))
    const all = ranks.flatMap((r) => [...entriesOf(r, entries)])
    const given = entriesOf(size > 1 ? 1 : 0, entries)
    for (const [rank, found] of results.entries()) {
      const part = wide.subarray(rank * entries, (rank + 1) * entries)
      const expected = new Float64Array(entries * (3 + size))
      expected.set(sum)
      expected.set(part, entries)
      expected.set(all, 2 * entries)
      expected.set(given, (2 + size) * entries)
      expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(expected.buffer))).toBe(0)
    }
  })

  it('round a sum of bfloat16 once, whatever the number of ranks', async () => {
    const bfloat16 = (value: number) => {
      const bits = new Uint32Array(Float32Array.of(value).buffer)
      bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000
      return new Float32Array(bits.buffer)[0]!
    }
    const [found] = await run(4, 3, 'bfloat16')
    const parts = [0, 1, 2, 3].map((r) => entriesOf(r, 3).map(bfloat16))
    expect([...found!.subarray(0, 3)]).toEqual([...sumOf(parts).map((value) => bfloat16(value))])
  })

  it('end where a rank is gone', async () => {
    await expect(run(3, 10, 'float32', { broken: 1 })).rejects.toMatchObject({ code: 'rank-lost' })
  })

  it('join whoever else connects and says nothing', async () => {
    const alone = await run(3, 10, 'float64')
    expect(await run(3, 10, 'float64', { strangers: 20 })).toEqual(alone)
  })

  it.each([
    ['to those before', 1],
    ['to those behind', 0],
  ])('do not join what does not know the word %s', async (_, impostor) => {
    await expect(run(2, 10, 'float32', { impostor })).rejects.toMatchObject({ code: 'rank-lost' })
  })

  it('name those that do not come', async () => {
    await expect(run(3, 10, 'float32', { absent: 2 })).rejects.toThrow(/Not connected .* 2\./)
  })
})
