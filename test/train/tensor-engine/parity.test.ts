/** The native engine against transformers, PyTorch's AdamW and TRL, on tiny models of random weights. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { askOracle, NO_ORACLE, ORACLE_TIMEOUT_MS, plainBatch } from './ask-oracle.ts'
import { largestDifference, randomBatch, relativeError } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, type TinyConfig, writeRandomCheckpoint } from './random-checkpoint.ts'
import { readCheckpoint } from './read-checkpoint.ts'

const LENGTHS = [
  [5, 20],
  [1, 1],
  [9, 60],
  [5, 33],
] as const
const SLOPES = [0.7, -0.4, -0.3, 0.2]
const OPTIMIZE = { steps: 10, learningRate: 1e-3, weightDecay: 0.1, clipNorm: 1 }
const PROMPT_LENGTHS = [3, 11, 6]
const STOP_TOKENS = [13, 31]

const ROTARY: Record<string, object> = {
  linear: { rope_type: 'linear', rope_theta: 10000, factor: 4 },
  yarn: { rope_type: 'yarn', rope_theta: 10000, factor: 4, original_max_position_embeddings: 64 },
  'yarn, weighted': {
    rope_type: 'yarn',
    rope_theta: 1e6,
    factor: 8,
    original_max_position_embeddings: 32,
    beta_fast: 16,
    beta_slow: 2,
    mscale: 0.7,
    mscale_all_dim: 1.1,
    truncate: false,
  },
}
const MODELS: Record<string, TinyConfig> = {
  ...TINY,
  ...Object.fromEntries(
    Object.entries(ROTARY).map(([name, rope_parameters]) => [
      `llama with ${name}`,
      { ...TINY.llama, rope_parameters },
    ]),
  ),
}

interface Answers {
  forward: { logits: number[]; sums: number[] }
  gradients: Record<string, number[]>
  optimize: { losses: number[]; norms: number[]; weights: Record<string, number[]> }
  generate: { answers: number[][] }
}

describe.skipIf(NO_ENGINE ?? NO_ORACLE)(`the native engine ${NO_ENGINE ?? NO_ORACLE ?? ''}`, () => {
  const answers = new Map<string, Answers>()
  const folders = new Map<string, string>()

  beforeAll(async () => {
    const requests: object[] = []
    for (const [name, config] of Object.entries(MODELS)) {
      const folder = await writeRandomCheckpoint(join(SCRATCH, name), config)
      folders.set(name, folder)
      const batch = plainBatch(batchFor(config))
      requests.push(
        { kind: 'forward', folder, batch },
        { kind: 'gradients', folder, batch, slopes: SLOPES },
        { kind: 'optimize', folder, batch, slopes: SLOPES, ...OPTIMIZE },
        {
          kind: 'generate',
          folder,
          prompts: promptsFor(config),
          maxNewTokens: 24,
          stopTokens: STOP_TOKENS,
        },
      )
    }
    const all = await askOracle<unknown[]>(requests)
    for (const [i, name] of Object.keys(MODELS).entries()) {
      const [forward, gradients, optimize, generate] = all.slice(4 * i, 4 * i + 4)
      answers.set(name, { forward, gradients, optimize, generate } as Answers)
    }
  }, ORACLE_TIMEOUT_MS)

  describe.each(Object.entries(MODELS))('%s', (name, config) => {
    const batch = batchFor(config)

    it('gives the logits of transformers within 2e-6 and the summed log-probabilities within 3e-5', async () => {
      const model = await openTiny(folders.get(name)!)
      const expected = answers.get(name)!.forward
      expect(relativeError(await model.logits(batch), expected.logits)).toBeLessThan(2e-6)
      const { sums } = await model.logProbs(batch)
      for (const [i, sum] of sums.entries()) expect(Math.abs(sum - expected.sums[i]!)).toBeLessThan(3e-5)
    })

    it('gives every gradient within 5e-6 of its largest entry', async () => {
      const model = await openTiny(folders.get(name)!)
      const pass = await model.beginPacked(batch)
      await pass.finish({ perSequence: Float64Array.from(SLOPES) })
      const found = await model.gradients()
      const expected = answers.get(name)!.gradients
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort())
      // A bias of keys shifts all scores of a query alike: its gradient is zero but for rounding.
      for (const key of Object.keys(expected).filter((key) => !key.endsWith('k_proj.bias'))) {
        expect(relativeError(found[key]!, expected[key]!), key).toBeLessThan(5e-6)
      }
    })

    it('takes the ten steps of AdamW that PyTorch takes, clipped by the same norm', async () => {
      const model = await openTiny(folders.get(name)!)
      const expected = answers.get(name)!.optimize
      for (let step = 0; step < OPTIMIZE.steps; step++) {
        const { sums } = await model.backward(batch, { perSequence: Float64Array.from(SLOPES) })
        const loss = sums.reduce((total, sum, i) => total + SLOPES[i]! * sum, 0)
        expect(relativeError([loss], [expected.losses[step]!])).toBeLessThan(1e-5)
        const { gradientNorm } = await model.step(OPTIMIZE)
        expect(relativeError([gradientNorm], [expected.norms[step]!])).toBeLessThan(2e-5)
      }
      const folder = join(SCRATCH, `${name} after ten steps`)
      await model.exportCheckpoint(folder, { numberType: 'float32' })
      const found = await readCheckpoint(folder)
      // Ten steps move a weight by about 1e-2. A bias of keys has no gradient but rounding, of which Adam makes steps.
      for (const key of Object.keys(found).filter((key) => !key.endsWith('k_proj.bias'))) {
        expect(largestDifference(found[key]!, expected.weights[key]!), key).toBeLessThan(1e-4)
      }
    })

    it('generates greedily what transformers generates, batched as well', async () => {
      const model = await openTiny(folders.get(name)!)
      const prompts = promptsFor(config)
      const offsets = [0]
      for (const prompt of prompts) offsets.push(offsets.at(-1)! + prompt.length)
      for (const batchSize of [64, 2]) {
        const generated = await model.generate({
          ids: Int32Array.from(prompts.flat()),
          offsets: Int32Array.from(offsets),
          maxNewTokens: 24,
          stopTokens: Int32Array.from(STOP_TOKENS),
          batchSize,
        })
        const found = prompts.map((_, i) => [
          ...generated.ids.subarray(generated.offsets[i]!, generated.offsets[i + 1]!),
        ])
        expect(found).toEqual(answers.get(name)!.generate.answers)
      }
    })
  })
})

describe.skipIf(NO_ENGINE ?? NO_ORACLE)(`an exported checkpoint ${NO_ENGINE ?? NO_ORACLE ?? ''}`, () => {
  it(
    'is loaded by transformers and gives the same logits, in one file and in several',
    async () => {
      const batch = batchFor(TINY.llama)
      const model = await openTiny(await writeRandomCheckpoint(join(SCRATCH, 'start'), TINY.llama))
      await model.backward(batch, { perSequence: Float64Array.from(SLOPES) })
      await model.step(OPTIMIZE)
      const [single, sharded] = [join(SCRATCH, 'single'), join(SCRATCH, 'sharded')]
      await model.exportCheckpoint(single)
      await model.exportCheckpoint(sharded, { shardBytes: 30_000 })
      const found = await model.logits(batch)
      const answers = await askOracle<{ logits: number[] }[]>(
        [single, sharded].map((folder) => ({ kind: 'forward', folder, batch: plainBatch(batch) })),
      )
      for (const { logits } of answers) expect(relativeError(found, logits)).toBeLessThan(2e-6)
    },
    ORACLE_TIMEOUT_MS,
  )
})

function batchFor(config: TinyConfig) {
  return randomBatch(LENGTHS, config.vocab_size)
}

function promptsFor(config: TinyConfig): number[][] {
  return PROMPT_LENGTHS.map((length, i) =>
    [...randomBatch([[length, 1]], config.vocab_size, 50 + i).ids].slice(0, -1),
  )
}
