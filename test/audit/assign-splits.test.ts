import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assignSplitInOnePass, assignSplits } from '../../src/audit/assign-splits.ts'
import { createRandom } from '../../src/execute/random.ts'

const id = (n: number) => createHash('sha256').update(String(n)).digest('hex')
const singles = Array.from({ length: 20_000 }, (_, n) => [id(n)])

describe('assignSplits', () => {
  it('never parts a cluster', () => {
    const clusters = Array.from({ length: 200 }, (_, n) => [id(3 * n), id(3 * n + 1), id(3 * n + 2)])
    const splits = assignSplits(clusters)
    expect(splits.size).toBe(600)
    for (const members of clusters) expect(new Set(members.map((one) => splits.get(one))).size).toBe(1)
    expect(new Set(splits.values())).toEqual(new Set(['train', 'validation', 'test']))
  })

  it('gives the parts that are asked for', () => {
    const shares = (splits: ReadonlyMap<string, string>) =>
      Object.fromEntries(
        [...Map.groupBy(splits.values(), (split) => split)].map(([k, v]) => [k, v.length / 200]),
      )
    const usual = shares(assignSplits(singles))
    expect(usual.test).toBeCloseTo(5, 0)
    expect(usual.validation).toBeCloseTo(5, 0)
    const asked = shares(assignSplits(singles, { validation: 10, test: 20 }))
    expect(asked.test).toBeCloseTo(20, -0.5)
    expect(asked.validation).toBeCloseTo(10, -0.5)
    expect(shares(assignSplits(singles, { validation: 0, test: 0 }))).toEqual({ train: 100 })
  })

  it('depends on no order and on no other cluster', () => {
    const clusters = [[id(1), id(2), id(3)], [id(4)], [id(5), id(6)]]
    const splits = assignSplits(clusters)
    expect(new Map([...assignSplits(clusters.toReversed().map((ids) => ids.toReversed()))].sort())).toEqual(
      new Map([...splits].sort()),
    )
    for (const members of clusters)
      expect(assignSplits([members]).get(members[0]!)).toBe(splits.get(members[0]!))
  })

  it('leaves a cluster where it is when what joins it has larger ids', () => {
    const ascending = Array.from({ length: 50 }, (_, n) => id(n)).sort()
    expect(assignSplits([ascending]).get(ascending[0]!)).toBe(
      assignSplits([[ascending[0]!]]).get(ascending[0]!),
    )
  })
})

describe('assignSplitInOnePass', () => {
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
    pairs(shared).filter(([a, b]) => assignSplitInOnePass(a) !== assignSplitInOnePass(b)).length / 3000

  it('gives the parts that are asked for', () => {
    const splits = pairs(0).map(([set]) => assignSplitInOnePass(set))
    const share = (wanted: string) => splits.filter((split) => split === wanted).length / splits.length
    expect(share('test')).toBeCloseTo(0.05, 1)
    expect(share('validation')).toBeCloseTo(0.05, 1)
    expect(share('test')).toBeGreaterThan(0.03)
    expect(share('validation')).toBeGreaterThan(0.03)
  })

  it('never parts equal sets, and similar ones as seldom as it says', () => {
    expect(parted(100)).toBe(0)
    // 95 of 100 shared is a Jaccard similarity of 95 / 105; draws differ with odds of 1 - 0.9^2 - 2 * 0.05^2.
    expect(parted(95)).toBeLessThan((1 - 95 / 105) * 0.185 * 1.5)
    expect(parted(0)).toBeCloseTo(0.185, 1)
  })
})
