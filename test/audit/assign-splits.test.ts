import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { assignSplits } from '../../src/audit/assign-splits.ts'

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
