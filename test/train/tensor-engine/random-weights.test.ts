import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY } from './random-checkpoint.ts'
import { readCheckpoint } from './read-checkpoint.ts'

describe.skipIf(NO_ENGINE)(`a model of random weights ${NO_ENGINE ?? ''}`, () => {
  /** A configuration and nothing else. */
  function configAlone(name: keyof typeof TINY): string {
    const folder = join(SCRATCH, `random-${name}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.json'), JSON.stringify(TINY[name]))
    return folder
  }

  async function weightsOf(name: keyof typeof TINY, seed: number) {
    const model = await openTiny(configAlone(name), { randomWeights: seed })
    const exported = join(SCRATCH, `random-${name}-${seed}`)
    await model.exportCheckpoint(exported)
    await model.close()
    return readCheckpoint(exported)
  }

  it.each(['qwen3', 'llama'] as const)('begins as transformers begins one: %s', async (name) => {
    for (const [key, values] of Object.entries(await weightsOf(name, 1))) {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
      if (key.endsWith('norm.weight')) expect([mean, deviation], key).toEqual([1, 0])
      else if (key.endsWith('.bias')) expect([mean, deviation], key).toEqual([0, 0])
      // Of some hundred numbers and more: the mean is known to 0.001, the deviation to a few hundredths of itself.
      else {
        expect(Math.abs(mean), key).toBeLessThan(0.005)
        expect(Math.abs(deviation - 0.02), key).toBeLessThan(0.004)
      }
    }
  })

  it('is the same for the same seed, and each tensor has numbers of its own', async () => {
    const [one, again, other] = [
      await weightsOf('qwen3', 1),
      await weightsOf('qwen3', 1),
      await weightsOf('qwen3', 3e6),
    ]
    const q = 'model.layers.0.self_attn.q_proj.weight'
    expect(again[q]).toEqual(one[q])
    expect(other[q]).not.toEqual(one[q])
    expect(one['model.layers.1.self_attn.q_proj.weight']).not.toEqual(one[q])
  })

  it('says which operations its time went to, the longest first', async () => {
    const model = await openTiny(configAlone('qwen3'), { randomWeights: 1 })
    const batch = {
      ids: Int32Array.of(1, 2, 3),
      offsets: Int32Array.of(0, 3),
      promptLengths: Int32Array.of(1),
    }
    const kernels = await model.profile(() => model.logProbs(batch))
    const product = kernels.find(({ name }) => name === 'aten::mm')!
    // Four a layer and one of the head.
    expect(product.calls).toBe(4 * TINY.qwen3.num_hidden_layers + 1)
    const times = kernels.map(({ nanoseconds }) => nanoseconds)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    await expect(model.profile(() => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck')
    // It has ended, and begins anew.
    expect((await model.profile(() => model.logProbs(batch))).length).toBeGreaterThan(0)
  })
})
