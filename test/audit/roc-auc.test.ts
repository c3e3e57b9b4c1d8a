import { describe, expect, it } from 'vitest'
import { rocAuc, type Scored, withinGroupAuc } from '../../src/audit/roc-auc.ts'
import { createRandom } from '../../src/base/random.ts'

const scored = (members: readonly (readonly [score: number, label: number, group: number])[]): Scored => ({
  scores: Float64Array.from(members, ([score]) => score),
  labels: Uint8Array.from(members, ([, label]) => label),
  groups: Uint32Array.from(members, ([, , group]) => group),
})

/** 200 groups of three negatives and two positives, whose scores are higher by `shift` standard deviations. */
function noisy(shift: number): Scored {
  const random = createRandom(`noise ${shift}`)
  const normal = () => Array.from({ length: 12 }, random.next).reduce((a, b) => a + b) - 6
  return scored(
    Array.from({ length: 1000 }, (_, i) => {
      const label = i % 5 < 2 ? 1 : 0
      return [normal() + shift * label, label, Math.floor(i / 5)] as const
    }),
  )
}

describe('rocAuc', () => {
  it.each<[string, [number, number, number][], number]>([
    [
      'all in order',
      [
        [0.1, 0, 0],
        [0.2, 0, 1],
        [0.3, 1, 2],
        [0.4, 1, 3],
      ],
      1,
    ],
    [
      'all in reverse',
      [
        [0.4, 0, 0],
        [0.3, 0, 1],
        [0.2, 1, 2],
        [0.1, 1, 3],
      ],
      0,
    ],
    [
      'one pair of four in reverse',
      [
        [0.1, 0, 0],
        [0.3, 0, 1],
        [0.2, 1, 2],
        [0.4, 1, 3],
      ],
      0.75,
    ],
    [
      'all ties',
      [
        [5, 0, 0],
        [5, 0, 1],
        [5, 1, 2],
      ],
      0.5,
    ],
    [
      'a tie of one pair of three',
      [
        [1, 0, 0],
        [2, 0, 0],
        [3, 0, 1],
        [3, 1, 1],
      ],
      2.5 / 3,
    ],
  ])('%s', (_, members, expected) => {
    expect(rocAuc(scored(members), 0)!.value).toBeCloseTo(expected, 12)
  })

  it('does not depend on how many there are of each label', () => {
    const one = [
      [1, 0, 0],
      [3, 0, 0],
      [2, 1, 0],
      [4, 1, 0],
    ] as const
    const doubled = [...one, ...one.filter(([, label]) => label === 0)]
    expect(rocAuc(scored(doubled), 0)!.value).toBe(rocAuc(scored(one), 0)!.value)
  })

  it('has no value where a label is missing', () => {
    expect(rocAuc(scored([[1, 1, 0]]), 0)).toBeUndefined()
    expect(rocAuc(scored([]), 0)).toBeUndefined()
  })

  it('gives an interval around the true value', () => {
    // Two normals one standard deviation apart: the normal distribution function at 1/sqrt(2).
    const { value, interval } = rocAuc(noisy(1), 0)!
    expect(value).toBeCloseTo(0.7602, 1)
    expect(interval[0]).toBeLessThan(0.7602)
    expect(interval[1]).toBeGreaterThan(0.7602)
    expect(interval[1] - interval[0]).toBeLessThan(0.1)
    expect(rocAuc(noisy(1), 0)!.interval).toEqual(interval)
  })

  it('knows that members of a group are no independent evidence', () => {
    const independent = noisy(1)
    const repeated = scored(
      [...independent.scores].flatMap((score, i) =>
        Array.from({ length: 10 }, () => [score, independent.labels[i]!, independent.groups[i]!] as const),
      ),
    )
    expect(rocAuc(repeated, 0)!.interval).toEqual(rocAuc(independent, 0)!.interval)
  })
})

describe('withinGroupAuc', () => {
  it('compares members of one group only, each group counting once', () => {
    const members = scored([
      // in order, far above the other group
      [10, 0, 0],
      [11, 1, 0],
      // half in order
      [1, 0, 1],
      [3, 0, 1],
      [2, 1, 1],
      // one label only
      [0, 1, 2],
    ])
    expect(withinGroupAuc(members, 0)!.value).toBe(0.75)
  })

  it('sees what differences between groups hide', () => {
    const members = scored(
      Array.from(
        { length: 100 },
        (_, i) => [100 * Math.floor(i / 2) + (i % 2), i % 2, Math.floor(i / 2)] as const,
      ),
    )
    expect(rocAuc(members, 0)!.value).toBeLessThan(0.52)
    expect(withinGroupAuc(members, 0)!.value).toBe(1)
  })

  it('has no value where no group has both labels', () => {
    expect(
      withinGroupAuc(
        scored([
          [1, 0, 0],
          [2, 1, 1],
        ]),
        0,
      ),
    ).toBeUndefined()
  })
})
