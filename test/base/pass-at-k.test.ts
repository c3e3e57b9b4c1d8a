import { describe, expect, it } from 'vitest'
import { estimatePass, passAtK } from '../../src/base/pass-at-k.ts'

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

describe('pass@k of a problem', () => {
  it('is 1 - C(n - c, k) / C(n, k)', () => {
    for (const judged of [1, 2, 5, 20])
      for (let passed = 0; passed <= judged; passed++)
        for (let k = 1; k <= judged; k++) {
          const left = judged - passed
          const expected = 1 - (k > left ? 0 : choose(left, k) / choose(judged, k))
          expect(passAtK({ judged, passed }, k)).toBeCloseTo(expected, 12)
        }
  })

  it('stays a number where the binomials do not', () => {
    expect(passAtK({ judged: 2000, passed: 1 }, 1000)).toBeCloseTo(0.5, 12)
  })
})

describe('the estimate over problems', () => {
  const tries = (judged: number, ...passed: number[]) => passed.map((one) => ({ judged, passed: one }))

  it('is a share with the interval of Wilson for one answer a problem', () => {
    // 9 of 10: the textbook's interval is 0.596 to 0.982.
    const estimate = estimatePass(tries(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0), 1)!
    expect(estimate).toMatchObject({ method: 'wilson', value: 0.9 })
    expect(estimate.low).toBeCloseTo(0.5958, 4)
    expect(estimate.high).toBeCloseTo(0.9821, 4)
    expect(estimatePass(tries(1, 0, 0), 1)).toMatchObject({ value: 0, low: 0 })
    expect(estimatePass(tries(1, 1, 1), 1)).toMatchObject({ value: 1, high: 1 })
  })

  it('draws problems anew for several answers, and the same ones each time', () => {
    const many = tries(4, ...Array.from({ length: 8 }, () => [0, 1, 2, 4]).flat())
    const estimate = estimatePass(many, 2)!
    expect(estimate).toMatchObject({ method: 'bootstrap' })
    expect(estimate.value).toBeCloseTo((0 + 0.5 + 5 / 6 + 1) / 4, 12)
    expect(estimate.low).toBeLessThan(estimate.value)
    expect(estimate.high).toBeGreaterThan(estimate.value)
    expect(estimatePass(many, 2)).toEqual(estimate)
  })

  it('draws clusters in place of problems, so that copies of one problem do not narrow the interval', () => {
    const shares = Array.from({ length: 24 }, (_, at) => at % 2)
    const alone = estimatePass(
      shares.map((passed) => ({ judged: 1, passed })),
      1,
    )!
    const copies = shares.flatMap((passed, at) =>
      Array.from({ length: 20 }, () => ({ judged: 1, passed, cluster: `source ${at}` })),
    )
    const clustered = estimatePass(copies, 1)!
    expect(clustered).toMatchObject({ method: 'bootstrap', value: 0.5 })
    const unclustered = estimatePass(
      copies.map(({ judged, passed }) => ({ judged, passed })),
      1,
    )!
    expect(unclustered.high - unclustered.low).toBeLessThan(0.12)
    expect(clustered.high - clustered.low).toBeGreaterThan(0.3)
    expect(alone.method).toBe('wilson')
    expect(estimatePass([{ judged: 1, passed: 1, cluster: 'only' }], 1)).toMatchObject({ method: 'wilson' })
  })

  it('takes few clusters for as many answers, since drawing them anew says too little of how they vary', () => {
    const one = { judged: 4, passed: 2, cluster: 'only' }
    const estimate = estimatePass([one, one, one], 1)!
    expect(estimate).toMatchObject({ value: 0.5, method: 'wilson' })
    expect(estimate.high - estimate.low).toBeGreaterThan(0.7)
    expect(estimatePass(tries(4, 1, 2, 3, 2), 1)!.method).toBe('wilson')
  })

  it('is not sure of none or all, whatever is drawn anew', () => {
    expect(estimatePass(tries(4, 0, 0, 0), 2)).toMatchObject({ value: 0, low: 0, method: 'wilson' })
    expect(estimatePass(tries(4, 0, 0, 0), 2)!.high).toBeCloseTo(estimatePass(tries(1, 0, 0, 0), 1)!.high, 12)
    expect(estimatePass(tries(4, 4, 4), 2)!.low).toBeLessThan(0.5)
  })

  it('leaves out what has too few judged answers, and gives none where all have', () => {
    expect(estimatePass([...tries(1, 1), ...tries(0, 0)], 1)).toMatchObject({ value: 1 })
    expect(estimatePass(tries(0, 0), 1)).toBeUndefined()
  })
})
