/** The kernels on the CPU, where they are the same source as on a GPU, against libtorch's operations. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type {
  Kernels,
  NumberType,
  OpenModelOptions,
  Training,
} from '../../../src/train/tensor-engine/tensor-engine.ts'
import { largestDifference, randomBatch, relativeError, sharePrompts } from './batches.ts'
import { adamwTrial, TRIALS } from './kernel-trials.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, type TinyConfig, writeRandomCheckpoint } from './random-checkpoint.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import { random, type Trial, tensor, tryKernel } from './try-kernel.ts'

/** What rounding to bfloat16 changes at most, relative to the number. */
const ROUNDING = 2 ** -8

describe.skipIf(NO_ENGINE)(`the kernels ${NO_ENGINE ?? ''}`, () => {
  describe.each(TRIALS)('$title', (trial) => {
    it('is that of libtorch in float32, by one thread and by a team', async () => {
      const expected = await tryKernel(trial, { numberType: 'float32', fused: false })
      for (const teamSize of [1, 3]) {
        const found = await tryKernel(trial, { numberType: 'float32', fused: true, teamSize })
        expect(found).toHaveLength(expected.length)
        for (const [i, values] of expected.entries()) {
          expect(relativeError(found[i]!, values), `result ${i}, team of ${teamSize}`).toBeLessThan(
            trial.float32,
          )
        }
      }
    })

    it('is that of libtorch in bfloat16, but for where each of its operations rounds', async () => {
      const exact = await tryKernel(trial, { numberType: 'float64', fused: false })
      const plain = await tryKernel(trial, { numberType: 'bfloat16', fused: false })
      const found = await tryKernel(trial, { numberType: 'bfloat16', fused: true })
      for (const [i, values] of exact.entries()) {
        expect(relativeError(found[i]!, plain[i]!), `result ${i}`).toBeLessThan(2.5 * ROUNDING)
        const further = relativeError(found[i]!, values) - relativeError(plain[i]!, values)
        expect(further, `result ${i} from float64`).toBeLessThan(ROUNDING)
      }
    })
  })

  describe('rows added to a table', () => {
    const copies = 30_000
    const row = random([1, 4], 0.5)
    const trial: Trial = {
      name: 'addRows',
      tensors: [
        tensor([3, 4], new Float64Array(12)),
        { ...tensor([copies], new Float64Array(copies).fill(1)), numberType: 'int64' },
        tensor(
          [copies, 4],
          Float64Array.from({ length: copies * 4 }, (_, i) => row.values[i % 4]!),
        ),
      ],
    }

    it.each([true, false])(
      'lose nothing of a frequent one in bfloat16 (kernels of ours: %s)',
      async (fused) => {
        const [exact] = await tryKernel(trial, { numberType: 'float64', fused: false })
        const [found] = await tryKernel(trial, { numberType: 'bfloat16', fused })
        // Besides the sum's own rounding there are those of 30,000 additions in float32 and of the row that is added.
        expect(relativeError(found!, exact!)).toBeLessThan(3 * ROUNDING)
      },
    )
  })

  describe('a step of AdamW', () => {
    const COUNTS = [1, 3, 4, 1021, 4096]
    const step = (trial: Trial, numberType: NumberType, fused: boolean, gradients: NumberType = 'float32') =>
      tryKernel(trial, { numberType, fused, gradients })

    it.each(COUNTS)('of %i entries is that of libtorch in float32', async (count) => {
      for (const gradients of ['float32', 'bfloat16'] as const) {
        const trial = adamwTrial(count)
        const [value, m, v] = await step(trial, 'float32', false, gradients)
        const found = await step(trial, 'float32', true, gradients)
        const moved = relativeError(value!, trial.tensors[0]!.values)
        expect(relativeError(found[0]!, value!)).toBeLessThan(1e-4 * moved)
        expect(relativeError(found[1]!, m!)).toBeLessThan(1e-6)
        expect(relativeError(found[2]!, v!)).toBeLessThan(1e-6)
      }
    })

    it.each(COUNTS)('of %i entries keeps the bits that bfloat16 lacks', async (count) => {
      const trial = adamwTrial(count, { hasMaster: true })
      const exact = await step(trial, 'bfloat16', false)
      const found = await step(trial, 'bfloat16', true)
      const moved = relativeError(exact[0]!, trial.tensors[0]!.values)
      expect(relativeError(found[0]!, exact[0]!)).toBeLessThan(1e-4 * moved)
      // Moments, each rounded by chance to one of its two neighbours.
      for (const i of [1, 2]) expect(relativeError(found[i]!, exact[i]!)).toBeLessThan(2 * ROUNDING)
    })

    it('rounds by chance and keeps the mean', async () => {
      const count = 40_000
      const trial = adamwTrial(count)
      const narrow = await step(trial, 'bfloat16', true)
      const wide = await step(rounded(trial), 'float32', false)
      for (const [i, values] of wide.entries()) {
        const places = [...values].map((x, at) => (narrow[i]![at]! - x) / placeOf(x))
        expect(Math.max(...places.map(Math.abs))).toBeLessThan(1.001)
        const up = places.filter((x) => x > 0.01).length
        expect(up).toBeGreaterThan(count / 5)
        // Of a single rounding the deviation is at most half a place: this is five times that of the mean.
        expect(Math.abs(places.reduce((sum, x) => sum + x, 0) / count)).toBeLessThan(2.5 / Math.sqrt(count))
      }
    })

    it('rounds alike when it is repeated, and otherwise with each step', async () => {
      const trial = adamwTrial(500)
      const once = await step(trial, 'bfloat16', true)
      expect(await step(trial, 'bfloat16', true)).toEqual(once)
      const later = await step({ ...trial, numbers: [4, ...trial.numbers!.slice(1)] }, 'bfloat16', true)
      expect(later[1]).not.toEqual(once[1])
    })

    /** The trial with the numbers that bfloat16 makes of it: what two neighbours differ by is then that of its results. */
    function rounded(trial: Trial): Trial {
      return {
        ...trial,
        tensors: trial.tensors.map((given) => ({ ...given, values: given.values.map(toBfloat16) })),
      }
    }
  })

  describe.each(['qwen3', 'llama'] as const)('of a whole model, %s', (name) => {
    const folder = join(SCRATCH, name)
    const config: TinyConfig = TINY[name]
    beforeAll(() => writeRandomCheckpoint(folder, config))
    const batch = sharePrompts(
      randomBatch(
        [
          [5, 9],
          [3, 4],
          [5, 1],
          [8, 30],
        ],
        config.vocab_size,
      ),
      [[0, 2]],
    )
    const slopes = { perSequence: Float64Array.of(0.5, -1, 0.3, 0.2) }
    const TRAININGS: readonly Training[] = [
      { kind: 'full' },
      { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16' },
      { kind: 'lora', rank: 4, alpha: 8 },
    ]
    const open = (kernels: Kernels, options: Partial<OpenModelOptions> = {}) =>
      openTiny(folder, { kernels, ...options })

    it('says which it has, and has none of ours on the CPU unless they are asked for', async () => {
      expect((await open('auto')).info.kernels).toBe('torch')
      expect((await open('fused')).info.kernels).toBe('fused')
      expect((await open('torch')).info.kernels).toBe('torch')
      await expect(open('fused', { numberType: 'float64' })).rejects.toThrow(
        /float32 and bfloat16.*engine.kernels/,
      )
    })

    it.each(TRAININGS)(
      'give the log-probabilities and gradients of libtorch, $kind $gradients',
      async (training) => {
        const [ours, plain] = [await open('fused', { training }), await open('torch', { training })]
        const [found, expected] = [
          await ours.backward(batch, slopes, { entropies: true }),
          await plain.backward(batch, slopes, { entropies: true }),
        ]
        expect(largestDifference(found.tokens, expected.tokens)).toBeLessThan(1e-5)
        expect(largestDifference(found.entropies!, expected.entropies!)).toBeLessThan(1e-5)
        const gradients = await ours.gradients()
        const narrow = training.kind === 'full' && training.gradients === 'bfloat16'
        for (const [name, values] of Object.entries(await plain.gradients())) {
          if (name.endsWith('k_proj.bias')) continue
          expect(relativeError(gradients[name]!, values), name).toBeLessThan(narrow ? 4 * ROUNDING : 5e-5)
        }
      },
    )

    it('generate what libtorch generates', async () => {
      const prompt = {
        ids: batch.ids.slice(0, 9),
        offsets: Int32Array.of(0, 9),
        stopTokens: new Int32Array(),
      }
      const [found, expected] = [
        await (await open('fused')).generate({ ...prompt, maxNewTokens: 20 }),
        await (await open('torch')).generate({ ...prompt, maxNewTokens: 20 }),
      ]
      expect(found.ids).toEqual(expected.ids)
      expect(largestDifference(found.logProbs, expected.logProbs)).toBeLessThan(1e-5)
    })

    it.each(['float32', 'bfloat16'] as const)(
      'learn in %s, and resume to the very same weights',
      async (numberType) => {
        const training = { kind: 'full', moments: 'bfloat16', seed: 3 } as const
        const whole = await open('fused', { numberType, training })
        const before = (await whole.logProbs(batch)).sums[0]!
        const train = async (model: typeof whole) => {
          for (let i = 0; i < 3; i++) {
            await model.backward(batch, { perSequence: Float64Array.of(1, 0, 0, 0) })
            await model.step({ learningRate: 3e-3, clipNorm: 1 })
          }
        }
        await train(whole)
        const state = join(SCRATCH, `${name} ${numberType} state`)
        await whole.saveState(state)
        await train(whole)
        expect((await whole.logProbs(batch)).sums[0]!).toBeLessThan(before)
        const resumed = await open('fused', { numberType, training })
        await resumed.loadState(state)
        await train(resumed)
        const [one, other] = [
          join(SCRATCH, `${name} ${numberType} one`),
          join(SCRATCH, `${name} ${numberType} other`),
        ]
        await whole.exportCheckpoint(one, { numberType: 'float32' })
        await resumed.exportCheckpoint(other, { numberType: 'float32' })
        expect(await readCheckpoint(other)).toEqual(await readCheckpoint(one))
      },
    )
  })
})

function toBfloat16(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer)
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >> 16) & 1)) & 0xffff0000
  return new Float32Array(bits.buffer)[0]!
}

/** The distance of bfloat16's two neighbours of x. */
function placeOf(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 7)
}
