import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import { taskFiles } from '../../../src/train/data/task-files.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { plannedRanks } from '../../../src/train/run/count-ranks.ts'
import { QWEN3_8B } from '../model/qwen3-8b.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const configs = globSync('configs/*/*.yaml', { cwd: root }).sort()
const shipped: readonly string[] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files
const GIB = 2 ** 30

/** The comment that a file begins with: what it is, and the commands that make what it needs. */
const headerOf = (path: string) => /^(?:#.*\n)+/.exec(readFileSync(join(root, path), 'utf8'))?.[0] ?? ''

/** All headers of a recipe: its first step has the commands for the whole of it. */
const recipeOf = (path: string) =>
  configs
    .filter((other) => dirname(other) === dirname(path))
    .map(headerOf)
    .join('')

/** What must be there when it begins. */
function neededBy(config: TrainConfig): string[] {
  return [
    config.model,
    ...('data' in config ? [config.data.groups] : []),
    ...('tasks' in config ? taskFiles(config).map(({ file }) => file) : []),
    ...('pairs' in config ? [config.pairs.file] : []),
  ]
}

describe('the example configurations', () => {
  it('are there by recipe', () => {
    expect([...new Set(configs.map(dirname))].sort()).toEqual([
      'configs/demo',
      'configs/laptop',
      'configs/laptop-translation',
      'configs/qwen3-8b',
    ])
  })

  it.each(configs)('%s holds only options that there are', (path) => {
    expect(loadTrainConfig(join(root, path)).config.out).toMatch(/^runs\//)
  })

  it.each(configs)('%s says how to make what it needs, or another step of the recipe makes it', (path) => {
    const outputs = configs
      .filter((other) => dirname(other) === dirname(path) && other < path)
      .map((other) => join(loadTrainConfig(join(root, other)).config.out, 'model'))
    const recipe = recipeOf(path)
    for (const place of neededBy(loadTrainConfig(join(root, path)).config))
      expect(outputs.includes(place) || recipe.includes(place), place).toBe(true)
    expect(headerOf(path)).toMatch(/[Gg]ives/)
  })

  it.each(configs)('%s needs nothing of a checkout that the package lacks', (path) => {
    const named = Array.from(headerOf(path).matchAll(/\$PACKAGE\/([\w./-]+)/g), ([, place]) => place!)
    for (const place of named) {
      expect(existsSync(join(root, place)), place).toBe(true)
      expect(
        shipped.some((folder) => place === folder || place.startsWith(`${folder}/`)),
        place,
      ).toBe(true)
    }
    expect(readFileSync(join(root, path), 'utf8')).not.toContain('bench/')
  })

  it.each([
    ['gepo.yaml', 139, 119],
    ['oorl.yaml', 139, 119],
    ['gepo-lora-24gb.yaml', 24, 20],
    ['gepo-80gb.yaml', 78, 63],
    ['gepo-4x80gb.yaml', 78, 63],
  ])('qwen3-8b/%s leaves a tenth of %i GiB to the libraries', async (name, deviceGib, plannedGib) => {
    const { config } = loadTrainConfig(join(root, 'configs/qwen3-8b', name))
    const plan = planMemory(config, QWEN3_8B, await plannedRanks(config, {}))
    expect(Math.round(plan.total / GIB)).toBe(plannedGib)
    expect(plan.total / GIB).toBeLessThan(0.9 * deviceGib)
  })
})
