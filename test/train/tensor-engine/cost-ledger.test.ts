/** What is counted without computing, against what the same code does on the CPU. Skipped where it is not built. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeGroup } from '../../../bench/check-gpu/make-group.ts'
import { forwardFlops, groupLengths } from '../../../bench/check-gpu/step-flops.ts'
import { countStep } from '../../../bench/step-cost/count-step.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { readModelConfig } from '../../../src/train/tensor-engine/model-config.ts'
import type { CountedOperation } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { Device } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { NO_ENGINE, SCRATCH } from './open-tiny.ts'

const MODEL = {
  model_type: 'qwen3',
  vocab_size: 997,
  hidden_size: 64,
  intermediate_size: 192,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 512,
  tie_word_embeddings: false,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
}
const PROMPT = 5
const RESPONSE = 60

describe.skipIf(NO_ENGINE)(`the ledger of cost ${NO_ENGINE ?? ''}`, () => {
  const folder = join(SCRATCH, 'counted')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(MODEL))
  const shape = readModelConfig(MODEL, folder, { isTrained: true })
  const group = makeGroup(shape.vocabulary, {
    promptTokens: PROMPT,
    responseTokens: RESPONSE,
    winners: 1,
    losers: 1,
  })
  const engine = openTensorEngine({ threads: 1 })

  function count(device: Device, given: Record<string, unknown> = {}) {
    const config = parseTrainConfig({
      method: 'gepo',
      model: folder,
      out: 'o',
      data: { groups: 'g' },
      engine: { numberType: 'float32', kernels: 'fused', logitRows: 16, ...given },
    }) as GroupConfig
    return countStep(engine, config, [group], device)
  }

  const of = (operations: readonly CountedOperation[], part: string, names: RegExp) => {
    const counts: Record<string, number> = {}
    for (const operation of operations) {
      if (operation.part !== part || !names.test(operation.name)) continue
      const { phase, name, kernels, flops, readBytes, writtenBytes, calls } = operation
      const key = `${phase} ${name}: ${kernels} kernels, ${flops} flops, ${readBytes} + ${writtenBytes} bytes`
      counts[key] = (counts[key] ?? 0) + calls
    }
    return counts
  }

  // A response at a time, so that there is no prompt to share.
  const SERIALLY = { packedTokens: PROMPT + RESPONSE }

  const ALL = /./
  // Some of libtorch's operations, as sorting, are made of others on the CPU.
  const OURS = /^gepo::/
  const PRODUCTS = /^aten::(mm|addmm_)$/
  it.each([
    ['norms', ALL],
    ['mlp', ALL],
    ['head', ALL],
    ['rotary', OURS],
    ['optimizer', OURS],
    ['embedding', OURS],
    ['attention', PRODUCTS],
  ])('counts on no device what the CPU really does: %s', async (part, names) => {
    for (const activationBytes of [null, 300_000, 0]) {
      const engineOptions = { ...SERIALLY, activationBytes }
      const [counted, done] = [await count('meta', engineOptions), await count('cpu', engineOptions)]
      expect(Object.keys(of(done.operations, part, names)).length).toBeGreaterThan(0)
      expect(of(counted.operations, part, names)).toEqual(of(done.operations, part, names))
    }
  })

  it.each([null, 300_000, 0])(
    'holds as much at most as the CPU is asked for, to a tenth: %s',
    async (activationBytes) => {
      const engineOptions = { ...SERIALLY, activationBytes }
      const [counted, done] = [await count('meta', engineOptions), await count('cpu', engineOptions)]
      expect(counted.stateBytes).toBe(done.stateBytes)
      const share = (counted.peakBytes - counted.stateBytes) / (done.peakBytes - done.stateBytes)
      expect(share).toBeGreaterThan(0.9)
      expect(share).toBeLessThan(1.1)
    },
  )

  it.each([true, false])(
    'finds the products and the pairs of tokens that the model asks for, prompts shared: %s',
    async (sharedPrompts) => {
      const { operations } = await count('meta', { sharedPrompts })
      const lengths = groupLengths(PROMPT, group.responses, sharedPrompts)
      const flops = (phase: string, isAttention: boolean) =>
        operations
          .filter(({ phase: its, name }) => its === phase && name.includes('attention') === isAttention)
          .reduce((sum, { calls, flops: each }) => sum + calls * each, 0)
      expect(flops('forward', false) + flops('forward', true)).toBe(forwardFlops(shape, lengths))
      // The head's logits are computed once more, beside the two products for each of the forward pass.
      const head = 2 * shape.vocabulary * shape.hidden * 2 * RESPONSE
      expect(flops('backward', false)).toBe(2 * flops('forward', false) + head)
      expect(flops('backward', true)).toBe(2.5 * flops('forward', true))
      expect(flops('again', false) + flops('again', true)).toBe(0)
    },
  )
})
