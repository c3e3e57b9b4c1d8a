import { expect, it } from 'vitest'
import { readLogProbs } from '../../../src/train/preference/read-log-probs.ts'
import { EngineError } from '../../../src/train/tensor-engine/tensor-engine.ts'

const sequence = { prompt: Int32Array.of(1, 2), response: Int32Array.of(3) }
const modelOf = (sums: readonly number[]) => ({
  logProbs: async () => ({ sums: Float64Array.from(sums), lengths: Int32Array.of(1) }) as never,
})

it('gives the sum of each response', async () => {
  expect(await readLogProbs(modelOf([-2.5]), [sequence], 100)).toEqual(Float64Array.of(-2.5))
})

it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
  'says that weights hold no numbers where a sum is %s',
  async (sum) => {
    const attempt = readLogProbs(modelOf([sum]), [sequence], 100)
    await expect(attempt).rejects.toThrow(EngineError)
    await expect(attempt).rejects.toThrow(
      /its weights hold NaN or infinite values.*; name another checkpoint/,
    )
  },
)
