/** The engine on a GPU against itself on the CPU, which the other tests hold against transformers. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { Generated, GenerationRequest, Kernels } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { ATTENTION_CASES, attentionTrial } from './attention-trials.ts'
import { largestDifference, randomBatch, relativeError, sharePrompts } from './batches.ts'
import { DRAW_CASES, drawTrial } from './draw-trials.ts'
import { adamwTrial, TRIALS } from './kernel-trials.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { PAGE_CASES, pageTrial } from './page-trials.ts'
import { TINY, type TinyConfig, writeRandomCheckpoint } from './random-checkpoint.ts'
import { tryKernel } from './try-kernel.ts'

const NO_GPU =
  NO_ENGINE ?? (openTensorEngine().hasCuda ? undefined : 'skipped: there is no GPU that libtorch can use')

/** Heads of a size that flash attention takes, in numbers that both of its passes group. */
const LARGER: TinyConfig = {
  ...TINY.qwen3,
  vocab_size: 1000,
  hidden_size: 256,
  intermediate_size: 512,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 2048,
}
const CONFIGS: Record<string, TinyConfig> = { ...TINY, larger: LARGER }

/** What the arithmetic of each number type leaves: of log-probabilities in nats, of gradients relative. */
const TYPES = [
  { numberType: 'float32', nats: 1e-3, gradient: 1e-3 },
  { numberType: 'bfloat16', nats: 0.3, gradient: 0.1 },
] as const
const CASES = Object.keys(CONFIGS).flatMap((name) => TYPES.map((type) => ({ name, ...type })))

describe.skipIf(NO_GPU)(`on a GPU ${NO_GPU ?? ''}`, () => {
  const folderOf = (name: string) => join(SCRATCH, name)
  beforeAll(async () => {
    for (const [name, config] of Object.entries(CONFIGS)) await writeRandomCheckpoint(folderOf(name), config)
  })

  describe.each(CASES)('$name in $numberType', ({ name, numberType, nats, gradient }) => {
    const batch = sharePrompts(
      randomBatch(
        [
          [9, 40],
          [9, 1],
          [30, 90],
          [9, 60],
          [1, 1],
        ],
        CONFIGS[name]!.vocab_size,
      ),
      [[0, 1, 3]],
    )
    const slopes = { perSequence: Float64Array.of(0.5, -1, 0.3, -0.2, 0.4) }
    const open = (activationBytes?: number) =>
      openTiny(folderOf(name), {
        device: 'cuda',
        numberType,
        ...(activationBytes === undefined ? {} : { activationBytes }),
      })

    it('gives the log-probabilities and the gradients of the CPU', async () => {
      const expected = await openTiny(folderOf(name))
      const found = await open()
      const [there, here] = [await found.logProbs(batch), await expected.logProbs(batch)]
      expect(largestDifference(there.tokens, here.tokens)).toBeLessThan(nats)
      await expected.backward(batch, slopes)
      await found.backward(batch, slopes)
      expectNear(await found.gradients(), await expected.gradients(), gradient)
    })

    it('gives nearly the same with all activations recomputed', async () => {
      const [whole, lean] = [await open(), await open(0)]
      await whole.backward(batch, slopes)
      await lean.backward(batch, slopes)
      expectNear(await lean.gradients(), await whole.gradients(), 1e-2)
    })

    it('learns, resumes and generates', async () => {
      const model = await open()
      const before = (await model.logProbs(batch)).sums[0]!
      await train(model, 3)
      expect((await model.logProbs(batch)).sums[0]!).toBeLessThan(before)
      await model.saveState(join(SCRATCH, 'state'))
      const resumed = await open()
      await resumed.loadState(join(SCRATCH, 'state'))
      const [again, first] = [await resumed.logProbs(batch), await model.logProbs(batch)]
      expect(largestDifference(again.tokens, first.tokens)).toBeLessThan(nats)
      const prompt = {
        ids: batch.ids.slice(0, 9),
        offsets: Int32Array.of(0, 9),
        stopTokens: new Int32Array(),
      }
      const generated = await model.generate({
        ...prompt,
        maxNewTokens: 20,
        temperature: 1,
        topP: 0.9,
        topK: 50,
      })
      const { tokens } = await model.logProbs({
        ids: Int32Array.of(...prompt.ids, ...generated.ids),
        offsets: Int32Array.of(0, 29),
        promptLengths: Int32Array.of(9),
      })
      expect(largestDifference(generated.logProbs, tokens)).toBeLessThan(nats)
    })

    it('generates while a prompt waits for its next response with none at work', async () => {
      const model = await open()
      const [first, second] = [batch.ids.slice(0, 9), batch.ids.slice(50, 80)]
      const options = {
        ids: Int32Array.of(...first, ...second, ...first, ...second),
        offsets: Int32Array.of(0, 9, 39, 48, 78),
        maxNewTokens: 12,
        temperature: 1,
        seeds: Uint32Array.of(1, 2, 3, 4),
        batchSize: 2,
      }
      const free = await model.generate({ ...options, stopTokens: new Int32Array() })
      // The first ends while the second goes on, and the third has the first's prompt.
      const [here, there] = [free.ids.slice(0, 12), free.ids.slice(12, 24)]
      const stop = here.find((id, i) => !there.slice(0, i + 1).includes(id))!
      const drawn = await model.generate({ ...options, stopTokens: Int32Array.of(stop) })
      expect(drawn.offsets[1]).toBeLessThan(drawn.offsets[2]! - drawn.offsets[1]!)
      await expectModelsOwn(model, options, drawn)
    })

    it('generates the same by CUDA graphs', async () => {
      const model = await open()
      const prompts = { ids: batch.ids.slice(0, 30), offsets: Int32Array.of(0, 9, 10, 30) }
      // Rows and windows of several sizes: nine take the places of four.
      const options = {
        ids: Int32Array.from([0, 1, 2].flatMap(() => [...prompts.ids])),
        offsets: Int32Array.of(0, 9, 10, 30, 39, 40, 60, 69, 70, 90),
        maxNewTokens: Math.min(300, CONFIGS[name]!.max_position_embeddings - 20),
        stopTokens: Int32Array.of(3, 11),
        temperature: 1,
        seeds: Uint32Array.from({ length: 9 }, (_, i) => i),
        batchSize: 4,
      }
      const drawn = await model.generate({ ...options, graphs: true })
      await expectModelsOwn(model, options, drawn)
    })

    it('says what it takes', async () => {
      const model = await open()
      const { weights, deviceInUse, devicePeak } = await model.memory()
      expect(deviceInUse).toBeGreaterThanOrEqual(weights)
      expect(devicePeak).toBeGreaterThanOrEqual(deviceInUse!)
    })

    /** Rounding may choose another token on the way; that each is as likely as the model says is what must hold. */
    async function expectModelsOwn(
      model: NativeModel,
      { ids, offsets }: Pick<GenerationRequest, 'ids' | 'offsets'>,
      drawn: Generated,
    ) {
      const sequences = Array.from(offsets.slice(1), (end, i) => [
        ...ids.slice(offsets[i], end),
        ...drawn.ids.slice(drawn.offsets[i], drawn.offsets[i + 1]),
      ])
      const { tokens } = await model.logProbs({
        ids: Int32Array.from(sequences.flat()),
        offsets: offsets.map((start, i) => start + drawn.offsets[i]!),
        promptLengths: offsets.slice(1).map((end, i) => end - offsets[i]!),
      })
      expect(largestDifference(drawn.logProbs, tokens)).toBeLessThan(nats)
    }

    async function train(model: NativeModel, steps: number) {
      for (let i = 0; i < steps; i++) {
        await model.backward(batch, { perSequence: Float64Array.of(1, 0, 0, 0, 0) })
        await model.step({ learningRate: 3e-3, clipNorm: 1 })
      }
    }
  })

  describe('the kernels', () => {
    const folder = folderOf('larger')

    it('are built', async () => {
      expect((await openTiny(folder, { device: 'cuda' })).info.kernels).toBe('fused')
    })

    const steps = [1, 1021, 4096].flatMap((count) =>
      [true, false].map((hasMaster) => ({
        ...adamwTrial(count, { hasMaster }),
        title: `a step of AdamW on ${count} entries${hasMaster ? ' and the bits that they lack' : ''}`,
        float32: 1e-6,
      })),
    )
    describe.each([...TRIALS, ...steps])('$title', (trial) => {
      it.each([
        { numberType: 'float32', tolerance: 4 * trial.float32 },
        // Two neighbours, where the last places in float32 lie on either side of the middle.
        { numberType: 'bfloat16', tolerance: 2 ** -7 },
      ] as const)('is on a GPU what it is on the CPU, in $numberType', async ({ numberType, tolerance }) => {
        const expected = await tryKernel(trial, { numberType, fused: true })
        const found = await tryKernel(trial, { numberType, fused: true, device: 'cuda' })
        for (const [i, values] of expected.entries()) {
          expect(relativeError(found[i]!, values), `result ${i}`).toBeLessThan(tolerance)
        }
        expect(await tryKernel(trial, { numberType, fused: true, device: 'cuda' })).toEqual(found)
      })
    })

    it.each(TYPES)('give the gradients of libtorch in $numberType', async ({ numberType, gradient }) => {
      const batch = randomBatch(
        [
          [9, 40],
          [30, 90],
        ],
        LARGER.vocab_size,
      )
      const slopes = { perSequence: Float64Array.of(0.5, -1) }
      const open = (kernels: Kernels) => openTiny(folder, { device: 'cuda', numberType, kernels })
      const [ours, plain] = [await open('fused'), await open('torch')]
      await ours.backward(batch, slopes)
      await plain.backward(batch, slopes)
      expectNear(await ours.gradients(), await plain.gradients(), gradient)
    })
  })

  it.each(DRAW_CASES)('draws the tokens of the CPU: $title', async (its) => {
    const trial = drawTrial(its)
    const expected = await tryKernel(trial, { numberType: 'float32', fused: false })
    const found = await tryKernel(trial, { numberType: 'float32', fused: false, device: 'cuda' })
    // Sums are taken in another order: a number that lies within their rounding of two tokens may choose the other.
    const others = expected[0]!.filter((id, i) => id !== found[0]![i]).length
    expect(others).toBeLessThan(its.rows / 50)
  })

  it.each(PAGE_CASES)('reads pages of $pageSize positions as the CPU does', async (its) => {
    const trial = pageTrial(its)
    const expected = await tryKernel(trial, { numberType: 'float64', fused: false })
    for (const { numberType, tolerance } of [
      { numberType: 'float32', tolerance: 1e-4 },
      { numberType: 'bfloat16', tolerance: 0.03 },
    ] as const) {
      const found = await tryKernel(
        { ...trial, numbers: [its.pageSize, 1] },
        { numberType, fused: false, device: 'cuda' },
      )
      for (const [i, values] of expected.entries()) {
        expect(relativeError(found[i]!, values), `result ${i} in ${numberType}`).toBeLessThan(tolerance)
      }
    }
  })

  describe.each(ATTENTION_CASES)('attention of $title', (its) => {
    it.each([
      { numberType: 'float32', tolerance: 1e-4 },
      { numberType: 'bfloat16', tolerance: 0.03 },
    ] as const)('shares prompts as the CPU does, in $numberType', async ({ numberType, tolerance }) => {
      const given = attentionTrial(its, { sharesPrompts: false, byProducts: true })
      const expected = await tryKernel(given, { numberType: 'float64', fused: false })
      for (const sharesPrompts of [0, 1]) {
        const trial = { ...given, numbers: [sharesPrompts, 0] }
        const found = await tryKernel(trial, { numberType, fused: false, device: 'cuda' })
        for (const [i, values] of expected.entries()) {
          expect(relativeError(found[i]!, values), `result ${i}, shared: ${sharesPrompts}`).toBeLessThan(
            tolerance,
          )
        }
      }
    })
  })

  it('gives the same gradients with shared prompts and without', async () => {
    const batch = sharePrompts(
      randomBatch(
        [
          [40, 60],
          [40, 90],
          [7, 30],
          [40, 1],
        ],
        LARGER.vocab_size,
      ),
      [[0, 1, 3]],
    )
    const slopes = { perSequence: Float64Array.of(0.5, -1, 0.3, 0.2) }
    for (const { numberType, gradient } of TYPES) {
      const [shared, apart] = await Promise.all(
        [true, false].map((sharedPrompts) =>
          openTiny(folderOf('larger'), { device: 'cuda', numberType, sharedPrompts }),
        ),
      )
      await shared!.backward(batch, slopes)
      await apart!.backward(batch, slopes)
      expectNear(await shared!.gradients(), await apart!.gradients(), gradient)
    }
  })

  it('says so when memory runs out, and works on', async () => {
    const folder = await writeRandomCheckpoint(join(SCRATCH, 'endless'), {
      ...TINY.qwen3,
      max_position_embeddings: 2 ** 45,
    })
    const model = await openTiny(folder, { device: 'cuda', training: { kind: 'none' } })
    const endless = { ids: Int32Array.of(1), offsets: Int32Array.of(0, 1), stopTokens: new Int32Array() }
    await expect(model.generate({ ...endless, maxNewTokens: 4, pageSize: 2 ** 36 })).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/keys and values .* wanted .* more: lower batchSize/),
    })
    expect((await model.generate({ ...endless, maxNewTokens: 3 })).ids).toHaveLength(3)
  })
})

function expectNear(
  found: Record<string, Float64Array>,
  expected: Record<string, Float64Array>,
  tolerance: number,
) {
  for (const [name, values] of Object.entries(expected)) {
    if (name.endsWith('k_proj.bias')) continue
    expect(relativeError(found[name]!, values), name).toBeLessThan(tolerance)
  }
}
