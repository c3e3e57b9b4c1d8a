import { describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { QWEN3_8B } from './qwen3-8b.ts'

const GIB = 2 ** 30
const config = (engine: Record<string, unknown>) =>
  parseTrainConfig({ method: 'gepo', model: 'm', out: 'o', data: { groups: 'g' }, engine })
const full = { kind: 'full', gradients: 'bfloat16', moments: 'bfloat16', master: true }

describe('the memory plan of Qwen3-8B', () => {
  it('counts its published number of parameters', () => {
    expect(planMemory(config({}), QWEN3_8B, 1).parameters).toBe(8_190_735_360)
  })

  it.each([
    ['with float32 moments', { ...full, moments: 'float32' }, 107],
    ['with bfloat16 moments', full, 76],
    ['without the missing bits', { ...full, master: false }, 61],
  ])('in bfloat16 %s is %i GiB before activations', (_, training, expected) => {
    const plan = planMemory(config({ numberType: 'bfloat16', training }), QWEN3_8B, 1)
    expect(Math.round((plan.weights + plan.gradients + plan.optimizer) / GIB)).toBe(expected)
  })

  it('with LoRA of rank 16 adds less than a GiB to the weights', () => {
    const plan = planMemory(config({ numberType: 'bfloat16', training: { kind: 'lora' } }), QWEN3_8B, 1)
    expect(plan.trainableParameters).toBe(43_646_976)
    expect(plan.weights / GIB).toBeLessThan(15.5)
    expect((plan.gradients + plan.optimizer) / GIB).toBeLessThan(1)
  })

  it('keeps 288 KiB a token of layer inputs, and 2.96 MiB of everything', () => {
    const { activationsPerToken } = planMemory(config({ numberType: 'bfloat16' }), QWEN3_8B, 1)
    expect(activationsPerToken.inputsOnly / 2 ** 10).toBe(288)
    expect(activationsPerToken.everything / 2 ** 20).toBeCloseTo(2.96, 2)
  })

  it('takes no more activations than it is allowed, but for the inputs', () => {
    const engine = { numberType: 'bfloat16', packedTokens: 8192 }
    const plan = (activationBytes: number | null) =>
      planMemory(config({ ...engine, activationBytes }), QWEN3_8B, 1)
    expect(plan(null).activations / GIB).toBeCloseTo(23.7, 1)
    const { activations } = plan(4 * GIB)
    expect(activations).toBeLessThanOrEqual(4 * GIB)
    // What attention gives is kept a layer at a time: 65 MiB.
    expect(activations).toBeGreaterThan(4 * GIB - 66 * 2 ** 20)
    expect(plan(0).activations).toBe(8192 * plan(0).activationsPerToken.inputsOnly)
  })

  it('has a pass of the longest sequence, however few tokens are packed', () => {
    expect(planMemory(config({ packedTokens: 1 }), QWEN3_8B, 1).passTokens).toBe(8192)
  })

  describe('that answers tasks', () => {
    const answering = (given: Record<string, unknown>) =>
      planMemory(
        parseTrainConfig({
          method: 'reinforce',
          model: 'm',
          out: 'o',
          tasks: { problems: 'p' },
          engine: { numberType: 'bfloat16', training: full },
          ...given,
        }),
        QWEN3_8B,
        1,
      )

    it('has a frozen model beside it, and 144 KiB a token of what the longest answers have read', () => {
      const plan = answering({ rollout: { batchSize: 16 } })
      expect(plan.reference).toBe(plan.weights)
      expect(plan.keysAndValues / 2 ** 10).toBe(16 * 8192 * 144)
    })

    it.each(['rollout', 'onPolicy'])(
      'has a page of 64 tokens more where steps of %s are recorded',
      (section) => {
        const of = (cudaGraphs: boolean) => {
          const drawing = { [section]: { batchSize: 16, cudaGraphs } }
          return section === 'rollout'
            ? answering(drawing)
            : answering({ rollout: { batchSize: 1 }, method: 'oorl', data: { groups: 'g' }, ...drawing })
        }
        expect((of(true).keysAndValues - of(false).keysAndValues) / 2 ** 10).toBe(64 * 144)
      },
    )

    it('has no frozen model where no KL is taken, nor with low-rank additions to one', () => {
      expect(answering({ reinforce: { klCoefficient: 0 } }).reference).toBe(0)
      expect(answering({ engine: { training: { kind: 'lora' } } }).reference).toBe(0)
      const engine = { numberType: 'bfloat16', training: { kind: 'lora' } }
      expect(answering({ engine, reference: 'another' }).reference / GIB).toBeCloseTo(15.3, 1)
    })

    it('has both where its own answers join groups, or evaluations compile', () => {
      const engine = { numberType: 'bfloat16', training: full }
      const gepo = { method: 'gepo', model: 'm', out: 'o', data: { groups: 'g.db' }, engine }
      const of = (given: Record<string, unknown>) =>
        planMemory(parseTrainConfig({ ...gepo, ...given }), QWEN3_8B, 1)
      expect(of({})).toMatchObject({ reference: 0, keysAndValues: 0 })
      const own = of({ onPolicy: { batchSize: 4 } })
      expect(own.reference).toBe(own.weights)
      expect(own.keysAndValues / 2 ** 10).toBe(4 * 8192 * 144)
      const compiling = of({ evaluation: { compile: { batchSize: 2 } } })
      expect(compiling.reference).toBe(0)
      expect(compiling.keysAndValues / 2 ** 10).toBe(2 * 8192 * 144)
    })

    it('has no frozen model that a run would not open', () => {
      const engine = { numberType: 'bfloat16', training: full }
      const groups = { method: 'gepo', data: { groups: 'g.db' }, onPolicy: {} }
      const oorl = {
        method: 'oorl',
        data: { groups: 'g.db' },
        tasks: { problems: 'p' },
        gepo: { lambda: 0.01 },
      }
      const withKl = { reinforce: { klCoefficient: 0.1 } }
      const of = (given: Record<string, unknown>) =>
        planMemory(parseTrainConfig({ model: 'm', out: 'o', engine, ...given }), QWEN3_8B, 1)
      expect(of({ ...groups, gepo: { referenceFree: true } }).reference).toBe(0)
      expect(of({ ...oorl, ...withKl }).reference).toBeGreaterThan(0)
      expect(of({ ...oorl, ...withKl, oorl: { reinforceWeight: 0 } }).reference).toBe(0)
      const without = { ...oorl, oorl: { preferenceWeight: 0 }, reinforce: { klCoefficient: 0 } }
      expect(of({ ...without, onPolicy: { batchSize: 512 } })).toMatchObject({
        reference: 0,
        keysAndValues: of(without).keysAndValues,
      })
    })

    it('holds keys and values when nothing is held for a backward pass', () => {
      const [few, many] = [
        answering({ rollout: { batchSize: 1 } }),
        answering({ rollout: { batchSize: 256 } }),
      ]
      expect(few.keysAndValues).toBeLessThan(few.activations)
      expect(many.keysAndValues).toBeGreaterThan(many.activations + many.temporaries)
      expect(many.total - few.total).toBe(many.keysAndValues - few.activations - few.temporaries)
    })
  })
})
