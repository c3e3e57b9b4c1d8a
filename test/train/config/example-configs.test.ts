import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadTrainConfig } from '../../../src/train/config/load-train-config.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { QWEN3_8B } from '../model/qwen3-8b.ts'

const folder = fileURLToPath(new URL('../../../configs/', import.meta.url))
const GIB = 2 ** 30

describe('the example configurations', () => {
  it.each(readdirSync(folder))('%s holds only options that there are', (name) => {
    expect(loadTrainConfig(folder + name).config.out).toMatch(/^runs\//)
  })

  it.each([
    ['qwen3-8b-gpu.yaml', 139, 115],
    ['qwen3-8b-oorl.yaml', 139, 119],
    ['qwen3-8b-lora-24gb.yaml', 24, 20],
  ])('%s leaves a tenth of %i GiB to the libraries', (name, deviceGib, plannedGib) => {
    const plan = planMemory(loadTrainConfig(folder + name).config, QWEN3_8B)
    expect(Math.round(plan.total / GIB)).toBe(plannedGib)
    expect(plan.total / GIB).toBeLessThan(0.9 * deviceGib)
  })
})
