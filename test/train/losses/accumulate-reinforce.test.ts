/** On an engine with exact gradients: what is added up is the derivative of the loss, however answers are packed. */
import { describe, expect, it } from 'vitest'
import { accumulateReinforce, type LearnedResponse } from '../../../src/train/policy/accumulate-reinforce.ts'
import { openRandomBigram, randomGroups } from '../preference/prepared-groups.ts'
import { normalNumbers } from '../tensor-engine/random-checkpoint.ts'

const OPTIONS = {
  loss: { clip: 0.2, dualClip: null, klCoefficient: 0.3 },
  weight: 0.5,
  packedTokens: 1000,
}

describe('the gradient of answers', () => {
  it('is that of the weighted loss, by finite differences of the weights', async () => {
    const model = await openRandomBigram()
    const { kl } = await accumulateReinforce(model, responses(), OPTIONS)
    expect(kl).toBeDefined()
    const lossWith = async (weight: number, by: number) => {
      const moved = await openRandomBigram()
      moved.weights[weight]! += by
      return (await accumulateReinforce(moved, responses(), OPTIONS)).loss
    }
    const step = 1e-3
    for (const weight of [3, 17, 40, 61, 100, 130]) {
      const slope = ((await lossWith(weight, step)) - (await lossWith(weight, -step))) / (2 * step)
      expect(model.gradients[weight]).toBeCloseTo(OPTIONS.weight * slope, 3)
    }
    expect(model.gradients.some((value) => Math.abs(value) > 0.01)).toBe(true)
  })

  it('is the same in passes of any size', async () => {
    const [together, apart] = [await openRandomBigram(), await openRandomBigram()]
    const one = await accumulateReinforce(together, responses(), OPTIONS)
    const other = await accumulateReinforce(apart, responses(), { ...OPTIONS, packedTokens: 1 })
    for (const name of ['loss', 'entropy', 'kl', 'clipShare'] as const) {
      expect(other[name]).toBeCloseTo(one[name]!, 6)
    }
    expect(apart.largestPass()).toBeLessThan(together.largestPass())
    apart.gradients.forEach((value, i) => {
      expect(value).toBeCloseTo(together.gradients[i]!, 6)
    })
  })

  it('says nothing of a KL where there is no reference', async () => {
    const without = responses().map((response) => ({ ...response, reference: undefined }))
    expect(await accumulateReinforce(await openRandomBigram(), without, OPTIONS)).not.toHaveProperty('kl')
  })
})

/** Near what the model of random weights gives its ids, so that few ratios are at their limits. */
function responses(): LearnedResponse[] {
  const normal = normalNumbers(5)
  return randomGroups(3).flatMap(({ prompt, responses: all }) =>
    all.map((response): LearnedResponse => {
      const old = Float32Array.from(response, () => -2.5 + 0.5 * normal())
      return {
        prompt,
        response,
        old,
        reference: old.map((value) => value + 0.2 * normal()),
        advantages: Float64Array.from(response, () => normal()),
      }
    }),
  )
}
