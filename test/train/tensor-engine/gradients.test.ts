/** The hand-written backward pass in float64, against autograd and against itself on other ways. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import type { LogProbGradient, TokenBatch, Training } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { randomBatch, relativeError, sharePrompts, splitBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, writeRandomCheckpoint } from './random-checkpoint.ts'

const LENGTHS = [
  [4, 9],
  [1, 1],
  [7, 30],
] as const
const TRAININGS: readonly Training[] = [
  { kind: 'full' },
  { kind: 'lora', rank: 3, alpha: 6 },
  { kind: 'lora', rank: 3, alpha: 6, targets: ['k_proj', 'up_proj', 'o_proj'] },
]
const CASES = Object.entries(TINY).flatMap(([name, config]) =>
  TRAININGS.map((training) => ({ name, config, training, kind: training.kind })),
)

describe.skipIf(NO_ENGINE)(`the backward pass ${NO_ENGINE ?? ''}`, () => {
  const folderOf = (name: string) => join(SCRATCH, name)
  beforeAll(async () => {
    for (const [name, config] of Object.entries(TINY)) await writeRandomCheckpoint(folderOf(name), config)
  })

  it.each(CASES)('of $name, trained $kind, is that of autograd', async ({ name, config, training }) => {
    const batch = randomBatch(LENGTHS, config.vocab_size)
    const model = await openTiny(folderOf(name), { numberType: 'float64', training, logitRows: 7 })
    await leaveStart(model, batch)
    const gradient = perToken(batch)
    await model.backward(batch, gradient)
    await expectSame(await model.gradients(), await model.autogradGradients(batch, gradient))
  })

  it.each(TRAININGS)(
    'of prompts that several responses share, trained $kind, is that of autograd',
    async (training) => {
      // Two shared prompts, in turn, with responses down to a single token, and a prompt of its own between them.
      const batch = sharePrompts(
        randomBatch(
          [
            [5, 9],
            [3, 4],
            [5, 1],
            [8, 6],
            [3, 1],
            [5, 20],
            [3, 1],
          ],
          TINY.qwen3.vocab_size,
        ),
        [
          [0, 2, 5],
          [1, 4, 6],
        ],
      )
      const model = await openTiny(folderOf('qwen3'), { numberType: 'float64', training, logitRows: 7 })
      await leaveStart(model, batch)
      const { tokens } = await model.backward(batch, perToken(batch))
      await expectSame(await model.gradients(), await model.autogradGradients(batch, perToken(batch)))
      const alone = await Promise.all(splitBatch(batch).map((one) => model.logProbs(one)))
      expect(
        relativeError(
          tokens,
          alone.flatMap((one) => [...one.tokens]),
        ),
      ).toBeLessThan(1e-6)
    },
  )

  it('of responses of one token each to one prompt is that of autograd', async () => {
    const batch = sharePrompts(
      randomBatch(
        [
          [6, 1],
          [6, 1],
          [6, 1],
        ],
        TINY.qwen3.vocab_size,
      ),
      [[0, 1, 2]],
    )
    const model = await openTiny(folderOf('qwen3'), { numberType: 'float64' })
    await model.backward(batch, perToken(batch))
    await expectSame(await model.gradients(), await model.autogradGradients(batch, perToken(batch)))
  })

  describe('of one model', () => {
    const batch = randomBatch(LENGTHS, TINY.qwen3.vocab_size)
    const slopes = Float64Array.of(0.5, -2, 0.25)
    const open = (options: { activationBytes?: number; logitRows?: number } = {}) =>
      openTiny(folderOf('qwen3'), { numberType: 'float64', ...options })

    it('is the same for packed and for single responses', async () => {
      const packed = await open()
      const pass = await packed.beginPacked(batch)
      await pass.finish({ perSequence: slopes })
      const serial = await open()
      for (const [i, one] of splitBatch(batch).entries()) {
        await serial.backward(one, { perSequence: slopes.slice(i, i + 1) })
      }
      await expectSame(await packed.gradients(), await serial.gradients())
    })

    // In long sequences what attention gives is kept before what products give, in short ones after it.
    it.each([
      ['long', batch],
      [
        'short',
        randomBatch(
          [
            [4, 2],
            [1, 1],
            [2, 3],
          ],
          TINY.qwen3.vocab_size,
        ),
      ],
    ])('is the same, to the bit, whatever is kept of activations: %s sequences', async (_, its) => {
      const whole = await open()
      await whole.backward(its, { perSequence: slopes })
      const expected = await whole.gradients()
      const { activations: all } = await heldBy(whole, its)
      const held = new Set<number>()
      for (const share of [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
        const lean = await open({ activationBytes: Math.floor(all * share) })
        const { activations } = await heldBy(lean, its)
        expect(activations).toBeLessThan(all)
        held.add(activations)
        await lean.backward(its, { perSequence: slopes })
        expect(await lean.gradients()).toEqual(expected)
        await lean.close()
      }
      // Inputs alone, what attention gave of some layers, of all, and some layers whole.
      expect(held.size).toBeGreaterThan(3)
    })

    it('is the same whatever number of logits is held at a time', async () => {
      const [few, many] = await Promise.all([open({ logitRows: 1 }), open({ logitRows: 1000 })])
      await few.backward(batch, { perSequence: slopes })
      await many.backward(batch, { perSequence: slopes })
      await expectSame(await few.gradients(), await many.gradients())
    })

    it('takes one derivative for a response as one for each of its tokens', async () => {
      const [bySequence, byToken] = await Promise.all([open(), open()])
      await bySequence.backward(batch, { perSequence: slopes })
      const spread = LENGTHS.flatMap(([, length], i) => Array<number>(length).fill(slopes[i]!))
      await byToken.backward(batch, { perToken: Float32Array.from(spread) })
      expect(await byToken.gradients()).toEqual(await bySequence.gradients())
    })

    it('frees a pass when it is finished or discarded, and serves once', async () => {
      const model = await open()
      const first = await model.beginPacked(batch)
      const second = await model.beginPacked(batch)
      const two = (await model.memory()).activations
      await first.finish({ perSequence: slopes })
      expect((await model.memory()).activations).toBe(two / 2)
      await expect(first.finish({ perSequence: slopes })).rejects.toMatchObject({ code: 'closed' })
      await second.discard()
      await first.discard()
      expect((await model.memory()).activations).toBe(0)
    })

    it('response by response holds less at a time than packed', async () => {
      const model = await open()
      const packed = (await heldBy(model, batch)).activations
      for (const one of splitBatch(batch)) {
        expect((await heldBy(model, one)).activations).toBeLessThan(packed)
      }
    })
  })
})

/** LoRA's additions are zero at first, and so are half of their gradients. */
async function leaveStart(model: NativeModel, batch: TokenBatch) {
  await model.backward(batch, perToken(batch))
  await model.step({ learningRate: 0.05 })
}

function perToken(batch: TokenBatch): LogProbGradient {
  const length = splitBatch(batch).reduce(
    (sum, { ids, promptLengths }) => sum + ids.length - promptLengths[0]!,
    0,
  )
  return {
    perToken: Float32Array.from({ length }, (_, i) => Math.sin(i + 1)),
    perEntropy: Float32Array.from({ length }, (_, i) => Math.cos(2 * i)),
  }
}

async function heldBy(model: NativeModel, batch: TokenBatch) {
  const pass = await model.beginPacked(batch)
  const figures = await model.memory()
  await pass.discard()
  return figures
}

async function expectSame(found: Record<string, Float64Array>, expected: Record<string, Float64Array>) {
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, values] of Object.entries(expected)) {
    // What a bias of keys gets is zero but for rounding: nothing to be relative to.
    if (name.endsWith('k_proj.bias')) continue
    expect(relativeError(found[name]!, values), name).toBeLessThan(1e-13)
  }
}
