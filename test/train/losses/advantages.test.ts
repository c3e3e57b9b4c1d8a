import { describe, expect, it } from 'vitest'
import {
  type AdvantageOptions,
  type ScoredResponse,
  tokenAdvantages,
} from '../../../src/train/losses/advantages.ts'

const plain: AdvantageOptions = {
  kind: 'global',
  rewardShape: 'binary',
  rewardClip: 10,
  klCoefficient: 0,
  klClip: 10,
}
const response = (reward: number, tokens: number, kl: number | readonly number[] = 0, prompt = 'q') => {
  const distances = typeof kl === 'number' ? new Array<number>(tokens).fill(kl) : kl
  const old = new Float32Array(tokens).fill(-1)
  return { prompt, reward, old, reference: old.map((value, t) => value - distances[t]!) } as ScoredResponse
}

describe('advantages with one response a prompt', () => {
  it('are rewards less their mean by their deviation, tokens counted one by one', () => {
    // Returns 1, 0, 0, 0: mean 1/4, variance 3/16.
    const [right, wrong] = tokenAdvantages([response(1, 1), response(0, 3)], plain)
    expectClose(right!, [0.75 / Math.sqrt(3 / 16)])
    expectClose(wrong!, new Array(3).fill(-0.25 / Math.sqrt(3 / 16)))
  })

  it('take the KL of a token from all tokens until it', () => {
    // Token rewards -0.2, -0.1, 1 - 0.3; returns 0.4, 0.6, 0.7, and 0 for the other: mean 0.425.
    const options = { ...plain, klCoefficient: 0.1 }
    const [first, second] = tokenAdvantages([response(1, 3, [2, 1, 3]), response(0, 1)], options)
    const deviation = Math.sqrt((0.025 ** 2 + 0.175 ** 2 + 0.275 ** 2 + 0.425 ** 2) / 4)
    expectClose(first!, [-0.025 / deviation, 0.175 / deviation, 0.275 / deviation], 1e-6)
    expectClose(second!, [-0.425 / deviation], 1e-6)
  })

  it('hold the KL of a token, and the reward, within their limits', () => {
    const options = { ...plain, klCoefficient: 1, klClip: 2, rewardClip: 0.5 }
    // 0.5 - 2 and 0 + 2: mean 0.25, deviation 1.75.
    const [far, farther] = tokenAdvantages([response(1, 1, 50), response(0, 1, -50)], options)
    expectClose(far!, [-1])
    expectClose(farther!, [1])
  })

  it('are the same for rewards of 0 and 1 and of -1 and 1 but for what the KL weighs', () => {
    const responses = [response(1, 2, 1), response(0, 3, 2)]
    const binary = tokenAdvantages(responses, { ...plain, klCoefficient: 0.1 })
    const symmetric = tokenAdvantages(responses, { ...plain, rewardShape: 'symmetric', klCoefficient: 0.2 })
    symmetric.forEach((values, i) => {
      expectClose(values, [...binary[i]!])
    })
  })

  it('are 0 where all rewards are the same', () => {
    const found = tokenAdvantages([response(1, 2), response(1, 3)], plain)
    expect(found.flatMap((values) => [...values])).toEqual([0, 0, 0, 0, 0])
  })

  it('need no reference', () => {
    const without = { ...response(1, 1), reference: undefined }
    const [first] = tokenAdvantages([without, response(0, 1)], { ...plain, klCoefficient: 0 })
    expectClose(first!, [1])
  })
})

describe('advantages with several responses a prompt', () => {
  const baseline: AdvantageOptions = { ...plain, kind: 'baseline', klCoefficient: 5 }

  it('are rewards less the mean of their prompt, by the deviation of the whole batch', () => {
    // Of a: 1/2, -1/2. Of b: 2/3, -1/3, -1/3. Mean 0, variance (1/2 + 6/9) / 5.
    const rewards = [
      ['a', 1],
      ['b', 1],
      ['a', 0],
      ['b', 0],
      ['b', 0],
    ] as const
    const found = tokenAdvantages(
      rewards.map(([prompt, reward]) => response(reward, 1, 7, prompt)),
      baseline,
    )
    const deviation = Math.sqrt((1 / 2 + 6 / 9) / 5)
    const expected = [1 / 2, 2 / 3, -1 / 2, -1 / 3, -1 / 3].map((value) => value / deviation)
    expectClose(Float64Array.from(found.flatMap((values) => [...values])), expected)
  })

  it('leave a prompt that is always or never solved at 0', () => {
    const found = tokenAdvantages(
      [response(1, 2, 0, 'a'), response(1, 2, 0, 'a'), response(1, 2, 0, 'b'), response(0, 2, 0, 'b')],
      baseline,
    )
    expect([...found[0]!, ...found[1]!]).toEqual([0, 0, 0, 0])
    expect(found[2]![0]).toBeGreaterThan(0)
    expect(found[3]![0]).toBeLessThan(0)
  })
})

function expectClose(found: Float64Array, expected: readonly number[], within = 1e-12): void {
  expect(found).toHaveLength(expected.length)
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value), `at ${i}`).toBeLessThanOrEqual(within)
  })
}
