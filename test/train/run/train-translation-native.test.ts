/** Runs that answer tasks, on the native engine: a small Qwen3 on the CPU. Skipped where the engine is not built. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnAnswer } from '../../../src/records/own-answer.ts'
import { readOwnAnswers } from '../../../src/store/own-answers.ts'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'
import { killInStep } from './kill-in-step.ts'
import { openScriptedCompiling } from './scripted-compiling.ts'
import { openScriptedJudging } from './scripted-judging.ts'
import { readMetrics } from './tiny-run.ts'
import { makeTranslationWorld, translationConfig, withoutTimes } from './translation-world.ts'

const world = await makeTranslationWorld()

describe.skipIf(NO_ENGINE)(`answering tasks by the native engine ${NO_ENGINE ?? ''}`, () => {
  const model = join(world.folder, 'qwen3')
  let engine: TensorEngine
  const opened: string[] = []
  const named = (name: string, given: Record<string, unknown> = {}) =>
    translationConfig(world, {
      method: 'oorl',
      model,
      out: join(world.folder, name),
      data: { groups: world.database },
      batch: { groups: 2 },
      epochs: 2,
      optimizer: { learningRate: 0.003 },
      ...given,
      rollout: { maxNewTokens: 12, ...(given.rollout as object) },
      engine: { numberType: 'float32', ...(given.engine as object) },
    })
  const run = (config: RolloutConfig) =>
    train(config, {
      engine,
      openJudging: openScriptedJudging,
      openCompiling: openScriptedCompiling,
      report: () => {},
    })

  beforeAll(async () => {
    const rows = openTrainingRows(world.database)
    const sizes = { ...MODEL_SIZES.tiny, hidden: 32, intermediate: 96, vocabulary: 320 }
    await initModel(rows, { ...sizes, out: model, seed: 1, maxPositions: 1024, textBytes: 1e6 })
    rows.close()
    // A model of random weights hardly ever draws the one end: half of what there is ends an answer here.
    const ends = Array.from({ length: 160 }, (_, i) => 2 * i)
    writeFileSync(join(model, 'generation_config.json'), JSON.stringify({ eos_token_id: ends }))
    const native = openTensorEngine({ threads: 1 })
    engine = {
      ...native,
      openModel(options) {
        opened.push(options.training.kind)
        return native.openModel(options)
      },
    }
  })
  afterAll(() => engine?.close())

  it.each([
    ['on-policy', {}],
    ['with answers shared out to two steps', { rollout: { steps: 2 } }],
    [
      "with the model's own answers in its groups",
      { onPolicy: { samples: 3, maxNewTokens: 12 }, oorl: { preferenceWeight: 0.5 } },
    ],
    [
      'with its own answers beside frozen weights',
      {
        onPolicy: { samples: 3, maxNewTokens: 12 },
        oorl: { preferenceWeight: 0.5 },
        engine: { training: { kind: 'lora', rank: 4 } },
      },
    ],
  ])(
    'killed by kill -9 and started again ends with the same weights and figures, %s',
    async (kind, given) => {
      const whole = named(`whole ${kind}`, given)
      const { modelFolder } = await run(whole)
      const config = named(`killed ${kind}`, given)
      await killInStep('native', config, 4)

      const resumed = await run(config)
      expect(readFileSync(join(resumed.modelFolder!, 'model.safetensors'))).toEqual(
        readFileSync(join(modelFolder!, 'model.safetensors')),
      )
      expect(withoutTimes(readMetrics(config.out))).toEqual(withoutTimes(readMetrics(whole.out)))
      expect(ownAnswersIn(config)).toEqual(ownAnswersIn(whole))
      if ('onPolicy' in given) expect(ownAnswersIn(config).length).toBeGreaterThan(10)
    },
  )

  function ownAnswersIn({ out }: RolloutConfig): OwnAnswer[] {
    const path = join(out, 'on-policy.db')
    if (!existsSync(path)) return []
    const reader = readOwnAnswers(path)
    const answers = [...reader.answers()]
    reader.close()
    return answers
  }

  it('steps from the very distribution that it drew from', async () => {
    const config = named('first', { maxSteps: 1 })
    await run(config)
    const { rollout, loss, preferenceLoss } = readMetrics(config.out).find(
      ({ kind }) => kind === 'train',
    ) as {
      rollout: Record<string, number>
      loss: number
      preferenceLoss: number
    }
    // Ratios of 1: the mean of the advantages, which is 0.
    expect(Math.abs(loss - 0.01 * preferenceLoss)).toBeLessThan(1e-5)
    expect(rollout.clipShare).toBe(0)
    expect(rollout.passRate).toBeGreaterThan(0)
    expect(rollout.passRate).toBeLessThan(1)
    expect(Math.abs(rollout.kl!)).toBeLessThan(1e-5)
    expect(rollout.entropy).toBeGreaterThan(1)
  })

  it('with low-rank additions is its own reference, without a second model', async () => {
    opened.length = 0
    const config = named('lora', {
      maxSteps: 4,
      optimizer: { learningRate: 0.03 },
      oorl: { preferenceWeight: 0 },
      engine: { training: { kind: 'lora', rank: 4 } },
    })
    await run(config)
    expect(opened.filter((kind) => kind === 'lora')).toHaveLength(1)
    // The groups' own reference, whose log-probabilities may have been kept from an earlier run.
    expect(opened.filter((kind) => kind === 'none').length).toBeLessThanOrEqual(1)
    const distances = readMetrics(config.out).flatMap(({ rollout }) =>
      rollout === undefined ? [] : [Math.abs((rollout as Record<string, number>).kl!)],
    )
    expect(distances[0]).toBeLessThan(1e-5)
    expect(Math.max(...distances)).toBeGreaterThan(1e-3)
  })
})
