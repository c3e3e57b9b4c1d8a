/** The loop on the native engine: a small Qwen3 on the CPU. Skipped where the engine is not built. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateModel } from '../../../src/evaluate/evaluate-model.ts'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'
import { killInStep } from './kill-in-step.ts'
import { makeTinyWorld, readMetrics, tinyConfig } from './tiny-run.ts'

describe.skipIf(NO_ENGINE)(`training by the native engine ${NO_ENGINE ?? ''}`, () => {
  const world = makeTinyWorld(20)
  const model = join(world.folder, 'qwen3')
  let engine: TensorEngine
  const named = (name: string, given: Record<string, unknown> = {}) =>
    tinyConfig(world, {
      model,
      out: join(world.folder, name),
      optimizer: { learningRate: 0.003 },
      ...given,
      engine: { numberType: 'float32', ...(given.engine as object) },
    })
  const run = (config: TrainConfig, signal?: AbortSignal) =>
    train(config, { engine, report: () => {}, ...(signal && { signal }) })
  const weights = (folder: string) => readFileSync(join(folder, 'model.safetensors')).toString('hex')
  const losses = (config: TrainConfig) =>
    readMetrics(config.out).flatMap(({ kind, loss }) => (kind === 'train' ? [Number(loss)] : []))

  beforeAll(async () => {
    const rows = openTrainingRows(world.database)
    const sizes = { ...MODEL_SIZES.tiny, hidden: 32, intermediate: 96, vocabulary: 320 }
    await initModel(rows, { ...sizes, out: model, seed: 1, maxPositions: 1024, textBytes: 1e6 })
    rows.close()
    engine = openTensorEngine({ threads: 1 })
  })
  afterAll(async () => {
    await engine?.close()
    rmSync(world.folder, { recursive: true, force: true })
  })

  it('begins at the reference, and learns to tell winners from losers that it never saw', async () => {
    const config = named('learns')
    await run(config)
    const evaluations = readMetrics(config.out).filter(({ kind }) => kind === 'evaluation')
    expect(Math.abs(Number(evaluations[0]!.margin))).toBeLessThan(1e-4)
    expect(Number(evaluations[0]!.loss)).toBeCloseTo(Math.LN2, 4)
    expect(Number(evaluations.at(-1)!.loss)).toBeLessThan(Number(evaluations[0]!.loss))
    expect(Number(evaluations.at(-1)!.margin)).toBeGreaterThan(0.1)
  })

  it('goes on with an adapter of its own, which is the reference then', async () => {
    const training = { kind: 'lora', rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] }
    const first = named('adapter', { maxSteps: 3, engine: { training } })
    await run(first)
    const adapter = join(first.out, 'model/adapter')
    const second = named('adapter-again', { maxSteps: 1, engine: { training: { ...training, adapter } } })
    await run(second)
    const at = (config: TrainConfig, place: number) =>
      readMetrics(config.out)
        .filter(({ kind }) => kind === 'evaluation')
        .at(place)!
    expect(Math.abs(Number(at(first, -1).margin))).toBeGreaterThan(1e-3)
    expect(Math.abs(Number(at(second, 0).margin))).toBeLessThan(1e-4)
    expect(Number(at(second, 0).winnerLogProb)).toBeCloseTo(Number(at(first, -1).winnerLogProb), 3)
  })

  it('killed by kill -9 and started again ends with the very same weights', async () => {
    const whole = await run(named('whole'))
    const config = named('killed')
    await killInStep('native', config, 6)
    const { modelFolder } = await run(config)
    expect(weights(modelFolder!)).toBe(weights(whole.modelFolder!))
    expect(losses(config)).toEqual(losses(named('whole')))
  })

  it('takes the same steps response by response as packed', async () => {
    const packed = named('packed', { maxSteps: 3, engine: { packedTokens: 100_000 } })
    const serial = named('serial', { maxSteps: 3, engine: { packedTokens: 1 } })
    await run(packed)
    await run(serial)
    losses(packed).forEach((loss, i) => {
      expect(Math.abs(losses(serial)[i]! - loss)).toBeLessThan(1e-4)
    })
  })

  it('trains low-rank additions, whose model before training is the reference', async () => {
    const config = named('lora', { maxSteps: 4, engine: { training: { kind: 'lora', rank: 4 } } })
    const { modelFolder } = await run(config)
    const evaluations = readMetrics(config.out).filter(({ kind }) => kind === 'evaluation')
    expect(Math.abs(Number(evaluations[0]!.margin))).toBeLessThan(1e-4)
    expect(Number(evaluations.at(-1)!.margin)).toBeGreaterThan(0)

    // The exported weights have the additions merged in, and give what the run saw last.
    const merged = await evaluateModel(config, {
      engine,
      folder: modelFolder!,
      split: 'validation',
      limit: null,
      report: () => {},
    })
    expect(merged.preference!.margin).toBeCloseTo(Number(evaluations.at(-1)!.margin), 3)
  })

  it('stops in the middle of a step when it is told to', async () => {
    const controller = new AbortController()
    const config = named('stopped')
    const stopped = await train(config, {
      engine,
      signal: controller.signal,
      report: (event) => {
        // The engine is at work on the step after this one.
        if (event.kind === 'step' && event.step === 2) setTimeout(() => controller.abort(), 5)
      },
    })
    expect(stopped.kind).toBe('interrupted')
    const { modelFolder } = await run(config)
    expect(weights(modelFolder!)).toBe(weights(join(world.folder, 'whole', 'model')))
  })
})
