/** What the plan says of a model's memory, against what the engine holds. Skipped where it is not built. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { openPolicyOptions } from '../../../src/train/run/open-options.ts'
import { readModelConfig } from '../../../src/train/tensor-engine/model-config.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine, TokenBatch } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { makeTinyWorld } from '../run/tiny-run.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'

describe.skipIf(NO_ENGINE)(`the memory plan and the engine ${NO_ENGINE ?? ''}`, () => {
  const world = makeTinyWorld(12)
  const folder = join(world.folder, 'qwen3')
  let engine: TensorEngine
  beforeAll(async () => {
    const rows = openTrainingRows(world.database)
    await initModel(rows, { ...MODEL_SIZES.tiny, out: folder, seed: 1, maxPositions: 512, textBytes: 1e6 })
    rows.close()
    engine = openTensorEngine({ threads: 1 })
  })
  afterAll(async () => {
    await engine?.close()
    rmSync(world.folder, { recursive: true, force: true })
  })

  const bfloat16 = { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16' }
  it.each([
    ['float32', { kind: 'full' }],
    ['float64', { kind: 'full' }],
    ['bfloat16', { kind: 'full' }],
    ['bfloat16', bfloat16],
    ['bfloat16', { ...bfloat16, master: false }],
    ['float32', { kind: 'lora', rank: 4 }],
    ['bfloat16', { kind: 'lora', rank: 4 }],
  ])('agree on a model in %s with training %j', async (numberType, training) => {
    const tokens = 256
    const config = parseTrainConfig({
      method: 'gepo',
      model: folder,
      out: 'o',
      data: { groups: 'g' },
      length: { maxTokens: tokens },
      engine: { numberType, training, packedTokens: tokens },
    })
    const shape = readModelConfig(
      JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')),
      'config.json',
      { isTrained: true },
    )
    const plan = planMemory(config, shape, 1)
    const model = await engine.openModel(openPolicyOptions(config, 'cpu'))
    expect(model.info).toMatchObject({
      parameters: plan.parameters,
      trainableParameters: plan.trainableParameters,
    })

    const pass = await model.beginPacked(batchOf(tokens))
    const { activations } = await model.memory()
    await pass.finish({ perSequence: Float64Array.of(1) })
    await model.step({ learningRate: 1e-3 })
    const { weights, gradients, optimizer } = await model.memory()
    expect({ weights, gradients, optimizer }).toEqual({
      weights: plan.weights,
      gradients: plan.gradients,
      optimizer: plan.optimizer,
    })
    // Besides what layers keep there are the ids, the rotations and the norms' scales, which do not grow with them.
    expect(activations / plan.activations).toBeGreaterThan(0.95)
    expect(activations / plan.activations).toBeLessThan(1.15)
    await model.close()
  })
})

function batchOf(tokens: number): TokenBatch {
  return {
    ids: Int32Array.from({ length: tokens }, (_, i) => (7 * i) % 250),
    offsets: Int32Array.of(0, tokens),
    promptLengths: Int32Array.of(10),
  }
}
