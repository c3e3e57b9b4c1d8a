/** Low-rank additions as files: written for PEFT and by PEFT, chosen by layer, begun with again. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { LINEAR_LAYERS } from '../../../src/train/config/engine-defaults.ts'
import { readSafetensorsHeader } from '../../../src/train/tensor-engine/safetensors.ts'
import type { TokenBatch, Training } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { askOracle, NO_ORACLE, ORACLE_TIMEOUT_MS, plainBatch } from './ask-oracle.ts'
import { largestDifference, randomBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, writeRandomCheckpoint } from './random-checkpoint.ts'

const STEP = { learningRate: 0.05, clipNorm: 1 }
const LOW_RANK = { kind: 'lora', rank: 3, alpha: 6, targets: ['q_proj', 'v_proj', 'down_proj'] } as const
const batch: TokenBatch = randomBatch(
  [
    [5, 20],
    [9, 30],
  ],
  TINY.qwen3.vocab_size,
)

/** The folder of a trained model's export, and what the model says of the batch. */
async function train(base: string, name: string, training: Training) {
  const model = await openTiny(base, { training })
  for (let i = 0; i < 3; i++) {
    await model.backward(batch, { perSequence: Float64Array.of(-1, 0.5) })
    await model.step(STEP)
  }
  const folder = join(SCRATCH, name)
  await model.exportCheckpoint(folder)
  return { folder, sums: (await model.logProbs(batch)).sums, model }
}

describe.skipIf(NO_ENGINE)(`additions ${NO_ENGINE ?? ''}`, () => {
  const base = join(SCRATCH, 'base')
  let trained: Awaited<ReturnType<typeof train>>
  const adapter = () => join(trained.folder, 'adapter')
  beforeAll(async () => {
    await writeRandomCheckpoint(base, TINY.qwen3, 1)
    trained = await train(base, 'trained', LOW_RANK)
  })

  it('are of the layers that are chosen alone, and move what the model says', async () => {
    const { model, sums } = trained
    const names = Object.keys(await model.gradients()).map(
      (name) => /\.(\w+)\.lora_[AB]\.weight$/.exec(name)?.[1],
    )
    expect(new Set(names)).toEqual(new Set(LOW_RANK.targets))
    const [plain, without] = [await openTiny(base), await model.logProbs(batch, { withoutAdapter: true })]
    expect(largestDifference(without.sums, (await plain.logProbs(batch)).sums)).toBeLessThan(1e-3)
    expect(largestDifference(sums, without.sums)).toBeGreaterThan(1)
  })

  it('are written in the form of PEFT, besides being merged', async () => {
    const config = JSON.parse(readFileSync(join(adapter(), 'adapter_config.json'), 'utf8'))
    expect(config).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 3,
      lora_alpha: 6,
      target_modules: ['q_proj', 'v_proj', 'down_proj'],
      base_model_name_or_path: base,
    })
    const { tensors } = await readSafetensorsHeader(join(adapter(), 'adapter_model.safetensors'))
    // Two matrices for each of three layers in each of the model's.
    expect(tensors).toHaveLength(2 * 3 * TINY.qwen3.num_hidden_layers)
    expect(tensors.map(({ name }) => name)).toContain(
      'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
    )
    const merged = await openTiny(trained.folder)
    expect(largestDifference((await merged.logProbs(batch)).sums, trained.sums)).toBeLessThan(1e-2)
  })

  it('are begun with again', async () => {
    const again = await openTiny(base, { training: { ...LOW_RANK, adapter: adapter() } })
    expect(largestDifference((await again.logProbs(batch)).sums, trained.sums)).toBeLessThan(1e-6)
  })

  it('are of all layers where none is chosen, as states say that were saved before', async () => {
    const { model } = await train(base, 'all', { kind: 'lora', rank: 2, alpha: 4 })
    await model.saveState(join(SCRATCH, 'state'))
    const chosen = await openTiny(base, {
      training: { kind: 'lora', rank: 2, alpha: 4, targets: LINEAR_LAYERS },
    })
    await chosen.loadState(join(SCRATCH, 'state'))
    expect((await chosen.logProbs(batch)).sums).toEqual((await model.logProbs(batch)).sums)
  })

  const edited = (name: string, edit: object) => {
    const folder = join(SCRATCH, name)
    mkdirSync(folder, { recursive: true })
    cpSync(adapter(), folder, { recursive: true })
    const file = join(folder, 'adapter_config.json')
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...edit }))
    return folder
  }
  it.each([
    [
      'another rank',
      { r: 8 },
      'has rank 8 and alpha 6, not 3 and 6; set engine.training.rank and alpha to them.',
    ],
    ['DoRA', { use_dora: true }, 'has a use_dora that is not trained here; give plain LoRA.'],
    ['trained heads', { modules_to_save: ['lm_head'] }, 'has a modules_to_save that is not trained here'],
    ['another kind', { peft_type: 'IA3' }, 'has a peft_type that is not trained here'],
  ])('with %s are refused', async (name, edit, sentence) => {
    const training = { ...LOW_RANK, adapter: edited(name, edit) }
    await expect(openTiny(base, { training })).rejects.toThrow(sentence)
  })

  it('of other layers are refused with what they are of', async () => {
    const training = { ...LOW_RANK, targets: ['q_proj'], adapter: adapter() } as const
    await expect(openTiny(base, { training })).rejects.toThrow(
      'set engine.training.targets to what it is of (q_proj, v_proj, down_proj).',
    )
  })

  it.skipIf(NO_ORACLE)(
    `are read by PEFT, and read of PEFT ${NO_ORACLE ?? ''}`,
    async () => {
      const theirs = join(SCRATCH, 'theirs')
      const [read, made] = await askOracle<[{ sums: number[] }, { sums: number[] }]>([
        { kind: 'readAdapter', folder: base, adapter: adapter(), batch: plainBatch(batch) },
        {
          kind: 'makeAdapter',
          folder: base,
          adapter: theirs,
          rank: 3,
          alpha: 6,
          targets: LOW_RANK.targets,
          batch: plainBatch(batch),
        },
      ])
      expect(largestDifference(trained.sums, read.sums)).toBeLessThan(1e-2)
      const model = await openTiny(base, { training: { ...LOW_RANK, adapter: theirs } })
      const { sums } = await model.logProbs(batch)
      expect(largestDifference(sums, made.sums)).toBeLessThan(1e-2)
      // Theirs is none that changes nothing.
      const without = await model.logProbs(batch, { withoutAdapter: true })
      expect(largestDifference(sums, without.sums)).toBeGreaterThan(0.1)
    },
    ORACLE_TIMEOUT_MS,
  )
})
