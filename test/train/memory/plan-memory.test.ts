import { describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/config/train-config.ts'
import { planMemory } from '../../../src/train/memory/plan-memory.ts'
import { QWEN3_8B } from './qwen3-8b.ts'

const GIB = 2 ** 30
const config = (engine: Record<string, unknown>) =>
  parseTrainConfig({ method: 'gepo', model: 'm', out: 'o', data: { groups: 'g' }, engine })
const full = { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16', master: true }

describe('the memory plan of Qwen3-8B', () => {
  it('counts its published number of parameters', () => {
    expect(planMemory(config({}), QWEN3_8B).parameters).toBe(8_190_735_360)
  })

  it.each([
    ['with float32 moments', { ...full, moments: 'float32' }, 107],
    ['with bfloat16 moments', full, 76],
    ['without the missing bits', { ...full, master: false }, 61],
  ])('in bfloat16 %s is %i GiB before activations', (_, training, expected) => {
    const plan = planMemory(config({ numberType: 'bfloat16', training }), QWEN3_8B)
    expect(Math.round((plan.weights + plan.gradients + plan.optimizer) / GIB)).toBe(expected)
  })

  it('with LoRA of rank 16 adds less than a GiB to the weights', () => {
    const plan = planMemory(config({ numberType: 'bfloat16', training: { kind: 'lora' } }), QWEN3_8B)
    expect(plan.trainableParameters).toBe(43_646_976)
    expect(plan.weights / GIB).toBeLessThan(15.5)
    expect((plan.gradients + plan.optimizer) / GIB).toBeLessThan(1)
  })

  it('keeps 288 KiB a token of layer inputs, and 2.95 MiB of everything', () => {
    const { activationsPerToken } = planMemory(config({ numberType: 'bfloat16' }), QWEN3_8B)
    expect(activationsPerToken.inputsOnly / 2 ** 10).toBe(288)
    expect(activationsPerToken.everything / 2 ** 20).toBeCloseTo(2.95, 2)
  })

  it('takes no more activations than it is allowed beyond the inputs', () => {
    const engine = { numberType: 'bfloat16', packedTokens: 8192 }
    const free = planMemory(config(engine), QWEN3_8B)
    const bound = planMemory(config({ ...engine, activationBytes: GIB }), QWEN3_8B)
    expect(free.activations / GIB).toBeCloseTo(23.6, 1)
    expect(bound.activations).toBe(8192 * bound.activationsPerToken.inputsOnly + GIB)
    expect(free.total - bound.total).toBe(free.activations - bound.activations)
  })

  it('has a pass of the longest sequence, however few tokens are packed', () => {
    expect(planMemory(config({ packedTokens: 1 }), QWEN3_8B).passTokens).toBe(8192)
  })
})
