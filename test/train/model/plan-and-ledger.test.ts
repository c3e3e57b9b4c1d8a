/**
 * What the plan says of Qwen3-8B's memory on a GPU, against what the engine's own code holds at most when it goes
 * through a step that computes nothing. Skipped where the engine is not built.
 */
import { rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { makeGroup } from '../../../bench/check-gpu/make-group.ts'
import { writeLargeModel } from '../../../bench/check-gpu/models.ts'
import { countStep } from '../../../bench/step-cost/count-step.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { NO_ENGINE } from '../tensor-engine/open-tiny.ts'

const GIB = 2 ** 30
const FULL = { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16' }
const PROMPT = 512

describe.skipIf(NO_ENGINE)(`the memory plan of Qwen3-8B and the ledger of cost ${NO_ENGINE ?? ''}`, () => {
  const { folder, shape } = writeLargeModel(scratchFolder(), false)
  const engine = openTensorEngine({ threads: 1 })
  afterAll(async () => {
    await engine.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const cases: [number, Record<string, unknown>][] = [
    [8192, { packedTokens: 65_536, activationBytes: 38 * GIB }],
    [8192, { packedTokens: 65_536, activationBytes: 60 * GIB }],
    [8192, { packedTokens: 65_536, activationBytes: 0 }],
    [8192, { packedTokens: 65_536 }],
    [2048, { packedTokens: 16_384, activationBytes: 40 * GIB }],
    [1536, { packedTokens: 12_288, activationBytes: 38 * GIB }],
    [1536, { packedTokens: 12_288, activationBytes: 12 * GIB }],
    [1536, { packedTokens: 12_288, logitRows: 4096 }],
    [1536, { packedTokens: 12_288, kernels: 'torch' }],
    [8192, { packedTokens: 65_536, activationBytes: 38 * GIB, kernels: 'torch' }],
    [8192, { packedTokens: 8192, training: { kind: 'lora' } }],
    [8192, { packedTokens: 8192, activationBytes: 3 * GIB, training: { kind: 'lora' } }],
  ]
  it.each(cases)('agree to a fiftieth on responses of %i tokens with %j', async (tokens, given) => {
    const config = parseTrainConfig({
      method: 'gepo',
      model: folder,
      out: 'o',
      data: { groups: 'g' },
      length: { maxTokens: tokens },
      engine: { numberType: 'bfloat16', training: FULL, ...given },
    }) as GroupConfig
    const group = makeGroup(shape.vocabulary, { promptTokens: PROMPT, responseTokens: tokens - PROMPT })
    const count = (sharedPrompts: boolean) =>
      countStep(engine, { ...config, engine: { ...config.engine, sharedPrompts } }, [group])
    const { peakBytes } = await count(false)
    const planned = planMemory(config, shape, 1).total
    expect(planned / peakBytes).toBeGreaterThan(0.98)
    expect(planned / peakBytes).toBeLessThan(1.02)
    // The plan knows no prompts: a pass that computes one once takes no more, and keeps more where there is room.
    const { peakBytes: shared } = await count(true)
    expect(planned / shared).toBeGreaterThan(0.98)
  })
})
