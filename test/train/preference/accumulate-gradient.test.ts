import { describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { groupTokens } from '../../../src/train/data/encoded-group.ts'
import { accumulateGradient } from '../../../src/train/preference/accumulate-gradient.ts'
import { methodOf } from '../../../src/train/preference/method.ts'
import type { PreparedGroup } from '../../../src/train/preference/prepared-group.ts'
import { openRandomBigram, randomGroups } from './prepared-groups.ts'

const method = (given: Record<string, unknown>) =>
  methodOf(parseTrainConfig({ model: 'm', out: 'o', data: { groups: 'g' }, ...given }) as GroupConfig)
const METHODS = [
  ['gepo', method({ method: 'gepo', gepo: { beta: 0.7, lambda: 0.5 } })],
  ['gepo per token', method({ method: 'gepo', gepo: { length: 'mean', variance: 'sample' } })],
  ['dpo', method({ method: 'dpo', dpo: { beta: 0.7 } })],
  ['ipo', method({ method: 'dpo', dpo: { loss: 'ipo', pairs: 'matched' } })],
  ['sft', method({ method: 'sft' })],
] as const
const groups = randomGroups(4)
const least = 16

describe.each(METHODS)('the gradient of a batch: %s', (_, chosen) => {
  it('is the same packed, partly packed and response by response', async () => {
    const all = await gradient(groups, 100_000)
    for (const packedTokens of [150, 60, least, 1]) {
      const other = await gradient(groups, packedTokens)
      expect(other.losses).toEqual(all.losses)
      expectClose(other.gradient, all.gradient, 1e-13)
    }
  })

  it('is that of the mean of the losses, as finite differences show', async () => {
    const { gradient: claimed } = await gradient(groups, 100_000)
    const step = 1e-5
    for (const index of [0, 17, 55, 101, 143]) {
      const lossAt = async (by: number) => {
        const model = await openRandomBigram()
        model.weights[index]! += by
        const results = await accumulateGradient(model, groups, chosen, { packedTokens: 100_000 })
        return results.reduce((sum, { loss }) => sum + loss, 0) / groups.length
      }
      const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step)
      expect(Math.abs(claimed[index]! - slope)).toBeLessThan(1e-7)
    }
  })

  async function gradient(batch: readonly PreparedGroup[], packedTokens: number) {
    const model = await openRandomBigram()
    const results = await accumulateGradient(model, batch, chosen, { packedTokens })
    return { gradient: [...model.gradients], losses: results.map(({ loss }) => loss) }
  }
})

describe('the serial way', () => {
  it('holds no more than the limit for the backward pass, however large the group is', async () => {
    const [group] = randomGroups(1)
    const large: PreparedGroup = {
      ...group!,
      responses: Array.from({ length: 40 }, (_, i) => group!.responses[i % 5]!),
      winners: 20,
      reference: new Float64Array(40),
    }
    const model = await openRandomBigram()
    await accumulateGradient(model, [large], METHODS[0][1], { packedTokens: least })
    expect(groupTokens(large)).toBeGreaterThan(10 * least)
    expect(model.largestPass()).toBeLessThanOrEqual(least)
  })
})

describe('a raised signal', () => {
  it.each([100_000, least])('ends it as the engine does (limit %i)', async (packedTokens) => {
    const model = await openRandomBigram()
    const signal = AbortSignal.abort()
    await expect(
      accumulateGradient(model, groups, METHODS[0][1], { packedTokens, signal }),
    ).rejects.toMatchObject({ code: 'aborted' })
  })
})

function expectClose(actual: readonly number[], expected: readonly number[], within: number): void {
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)))
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3)
  expect(worst).toBeLessThan(within)
}
