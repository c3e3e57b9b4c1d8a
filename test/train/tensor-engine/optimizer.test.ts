/** What training keeps: masters, moments, states that resume to the bit, exports, low-rank additions. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import type { NumberType, Training } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { largestDifference, randomBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, writeRandomCheckpoint } from './random-checkpoint.ts'
import { readCheckpoint } from './read-checkpoint.ts'

const BATCH = randomBatch(
  [
    [4, 12],
    [3, 20],
  ],
  TINY.qwen3.vocab_size,
)
const SLOPES = { perSequence: Float64Array.of(1, -0.5) }
const STEP = { learningRate: 3e-3, clipNorm: 1, weightDecay: 0.01 }

const KINDS: readonly { name: string; numberType: NumberType; training: Training }[] = [
  { name: 'float32', numberType: 'float32', training: { kind: 'full' } },
  {
    name: 'float32 with bfloat16 moments',
    numberType: 'float32',
    training: { kind: 'full', moments: 'bfloat16' },
  },
  { name: 'bfloat16 with a master', numberType: 'bfloat16', training: { kind: 'full' } },
  {
    name: 'bfloat16 throughout',
    numberType: 'bfloat16',
    training: { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16', master: false, seed: 3 },
  },
  { name: 'LoRA', numberType: 'float32', training: { kind: 'lora', rank: 4, alpha: 8, seed: 1 } },
  { name: 'LoRA on bfloat16', numberType: 'bfloat16', training: { kind: 'lora', rank: 4, alpha: 8 } },
]

describe.skipIf(NO_ENGINE)(`training ${NO_ENGINE ?? ''}`, () => {
  const folder = join(SCRATCH, 'model')
  beforeAll(() => writeRandomCheckpoint(folder, TINY.qwen3))

  describe.each(KINDS)('in $name', ({ name, numberType, training }) => {
    const open = () => openTiny(folder, { numberType, training })

    it('lowers the loss whose derivatives it is given', async () => {
      const model = await open()
      const before = (await model.logProbs(BATCH)).sums
      await train(model, 8)
      const after = (await model.logProbs(BATCH)).sums
      // The loss is s_0 - s_1 / 2.
      expect(after[0]! - after[1]! / 2).toBeLessThan(before[0]! - before[1]! / 2 - 1)
    })

    it('resumes from a saved state to the very same weights', async () => {
      const state = join(SCRATCH, `state ${name}`)
      const whole = await open()
      await train(whole, 3)
      await whole.saveState(state)
      await train(whole, 3)

      const resumed = await open()
      await train(resumed, 1)
      await resumed.loadState(state)
      const { steps } = await train(resumed, 3)
      expect(steps).toBe(6)
      expect(await exported(resumed)).toEqual(await exported(whole))
    })
  })

  it('keeps what bfloat16 lacks: a float32 checkpoint comes out as it went in', async () => {
    const model = await openTiny(folder, { numberType: 'bfloat16' })
    expect(await exported(model)).toEqual(await readCheckpoint(folder))
  })

  it('does not lose steps that are smaller than the last place of bfloat16', async () => {
    const model = await openTiny(folder, { numberType: 'bfloat16' })
    const before = await exported(model)
    await train(model, 10, { learningRate: 1e-6 })
    const after = await exported(model)
    const name = 'model.layers.0.mlp.up_proj.weight'
    const moved = largestDifference(after[name]!, before[name]!)
    expect(moved).toBeGreaterThan(5e-6)
    expect(moved).toBeLessThan(1.1e-5)
  })

  it('clears the gradients with each step and on request', async () => {
    const model = await openTiny(folder)
    const largest = async () =>
      Math.max(...Object.values(await model.gradients()).map((values) => Math.max(...values.map(Math.abs))))
    await train(model, 1)
    expect(await largest()).toBe(0)
    await model.backward(BATCH, SLOPES)
    expect(await largest()).toBeGreaterThan(0)
    await model.clearGradients()
    expect(await largest()).toBe(0)
  })

  it('leaves the model alone when a gradient is not finite', async () => {
    const model = await openTiny(folder)
    const before = await exported(model)
    await model.backward(BATCH, { perSequence: Float64Array.of(Number.NaN, 1) })
    await expect(model.step(STEP)).rejects.toMatchObject({ code: 'not-finite' })
    expect(await exported(model)).toEqual(before)
    expect((await train(model, 1)).steps).toBe(1)
  })

  it('refuses a state that was saved under other options', async () => {
    const state = join(SCRATCH, 'other state')
    await (await openTiny(folder)).saveState(state)
    const other = await openTiny(folder, { training: { kind: 'full', moments: 'bfloat16' } })
    await expect(other.loadState(state)).rejects.toMatchObject({ code: 'bad-checkpoint' })
  })

  it('says so where a model is not trained', async () => {
    const model = await openTiny(folder, { training: { kind: 'none' } })
    await expect(model.backward(BATCH, SLOPES)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(model.beginPacked(BATCH)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(model.step(STEP)).rejects.toThrow(/opened without training/)
    expect((await model.memory()).gradients).toBe(0)
  })

  describe('exports', () => {
    it('shards that a model is opened from again', async () => {
      const model = await openTiny(folder)
      await train(model, 2)
      const shards = join(SCRATCH, 'shards')
      await model.exportCheckpoint(shards, { numberType: 'float32', shardBytes: 40_000 })
      const again = await openTiny(shards, { training: { kind: 'none' } })
      expect(await again.logProbs(BATCH)).toEqual(await model.logProbs(BATCH))
      await model.exportCheckpoint(shards, { numberType: 'float32' })
      expect(await readCheckpoint(shards)).toEqual(await exported(model))
    })

    it('bfloat16 that differs by its rounding', async () => {
      const model = await openTiny(folder)
      const narrow = join(SCRATCH, 'narrow')
      await model.exportCheckpoint(narrow, { numberType: 'bfloat16' })
      const again = await openTiny(narrow, { training: { kind: 'none' } })
      const [found, expected] = [await again.logProbs(BATCH), await model.logProbs(BATCH)]
      expect(largestDifference(found.tokens, expected.tokens)).toBeLessThan(0.1)
      expect(found.tokens).not.toEqual(expected.tokens)
    })
  })

  describe('LoRA', () => {
    const open = () => openTiny(folder, { training: { kind: 'lora', rank: 4, alpha: 8 } })

    it('starts as the model that it is added to, and stays its own reference', async () => {
      const model = await open()
      const base = await (await openTiny(folder, { training: { kind: 'none' } })).logProbs(BATCH)
      expect(await model.logProbs(BATCH)).toEqual(base)
      await train(model, 5)
      expect((await model.logProbs(BATCH)).sums).not.toEqual(base.sums)
      expect(await model.logProbs(BATCH, { withoutAdapter: true })).toEqual(base)
    })

    it('is merged on export', async () => {
      const model = await open()
      await train(model, 5)
      const merged = join(SCRATCH, 'merged')
      await model.exportCheckpoint(merged, { numberType: 'float32' })
      const plain = await openTiny(merged, { training: { kind: 'none' } })
      const [found, expected] = [await plain.logProbs(BATCH), await model.logProbs(BATCH)]
      expect(largestDifference(found.tokens, expected.tokens)).toBeLessThan(2e-5)
    })

    it('trains few parameters', async () => {
      const { info } = await open()
      // For each linear layer rank * (in + out), three layers.
      const perLayer = 4 * (32 + 64 + (32 + 32) * 2 + (64 + 32) + (32 + 56) * 2 + (56 + 32))
      expect(info.trainableParameters).toBe(3 * perLayer)
    })
  })
})

async function train(model: NativeModel, steps: number, options: Partial<typeof STEP> = {}) {
  let result = { steps: 0, gradientNorm: 0 }
  for (let i = 0; i < steps; i++) {
    await model.backward(BATCH, SLOPES)
    result = await model.step({ ...STEP, ...options })
  }
  return result
}

let exports = 0
async function exported(model: NativeModel) {
  const folder = join(SCRATCH, `export ${exports++}`)
  await model.exportCheckpoint(folder, { numberType: 'float32' })
  return readCheckpoint(folder)
}
