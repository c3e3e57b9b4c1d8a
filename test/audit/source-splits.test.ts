import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type PlacedSource,
  type SplitShares,
  splitOfSource,
  splitsOfClusters,
} from '../../src/audit/source-splits.ts'
import { createRandom } from '../../src/base/random.ts'
import { SPLITS } from '../../src/records/split.ts'

const id = (n: number) => createHash('sha256').update(String(n)).digest('hex')
const placed = (n: number): PlacedSource => ({ id: id(n), split: SPLITS[n % 3]! })

describe('the splits of clusters', () => {
  it('part none: all go where the source with the least id goes', () => {
    const clusters = Array.from({ length: 200 }, (_, n) => [0, 1, 2, 3].map((k) => placed(5 * n + k)))
    const splits = splitsOfClusters(clusters)
    expect(splits.size).toBe(new Set(clusters.flat().map((one) => one.id)).size)
    for (const members of clusters) {
      const [least] = members.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      for (const one of members) expect(splits.get(one.id)).toBe(least!.split)
    }
  })

  it('leave a source that is like no other where it is', () => {
    for (let n = 0; n < 9; n++) expect(splitsOfClusters([[placed(n)]]).get(id(n))).toBe(SPLITS[n % 3])
  })

  it('depend on no order', () => {
    const clusters = [[placed(1), placed(2), placed(3)], [placed(4)], [placed(5), placed(6)]]
    const again = splitsOfClusters(clusters.toReversed().map((members) => members.toReversed()))
    expect(new Map([...again].sort())).toEqual(new Map([...splitsOfClusters(clusters)].sort()))
  })
})

describe('the split of one source', () => {
  const random = createRandom('one pass')
  const number = () => random.int(0, 2 ** 32 - 1)
  /** Pairs of sets of 100 numbers of which `shared` are common. */
  const pairs = (shared: number) =>
    Array.from({ length: 3000 }, () => {
      const common = Array.from({ length: shared }, number)
      return [0, 1].map(() =>
        Uint32Array.from([...common, ...Array.from({ length: 100 - shared }, number)]).sort(),
      ) as [Uint32Array, Uint32Array]
    })
  const parted = (shared: number) =>
    pairs(shared).filter(([a, b]) => splitOfSource(a) !== splitOfSource(b)).length / 3000

  it('gives the parts that are asked for', () => {
    const splits = pairs(0).map(([set]) => splitOfSource(set))
    const share = (wanted: string) => splits.filter((split) => split === wanted).length / splits.length
    expect(share('test')).toBeCloseTo(0.05, 1)
    expect(share('validation')).toBeCloseTo(0.05, 1)
    expect(share('test')).toBeGreaterThan(0.03)
    expect(share('validation')).toBeGreaterThan(0.03)
  })

  it('gives the shares that are asked for', () => {
    const sets = pairs(0).map(([set]) => set)
    const count = (shares: SplitShares) => sets.filter((set) => splitOfSource(set, shares) === 'test').length
    expect(count({ validation: 10, test: 20 }) / sets.length).toBeCloseTo(0.2, 1)
    expect(count({ validation: 0, test: 0 })).toBe(0)
  })

  it('never parts equal sets', () => {
    expect(parted(100)).toBe(0)
  })

  it('gives the same shares where all sets have most in common', () => {
    const splits = pairs(90).flatMap((sets) => sets.map((set) => splitOfSource(set)))
    expect(splits.filter((split) => split === 'test').length / splits.length).toBeCloseTo(0.05, 1)
    const common = Array.from({ length: 95 }, number)
    const alike = Array.from({ length: 2000 }, () => Uint32Array.from([...common, number()]).sort())
    const test = alike.filter((set) => splitOfSource(set) === 'test').length / alike.length
    expect(test).toBeGreaterThan(0.03)
    expect(test).toBeLessThan(0.07)
  })
})
