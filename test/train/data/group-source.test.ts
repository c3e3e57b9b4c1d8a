import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { openTrainingData } from '../../../src/train/data/open-training-data.ts'
import { loadTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { makeTinyWorld, tinyConfig } from '../run/tiny-run.ts'

const world = makeTinyWorld(20)
const all = { split: 'train', limit: null, seed: 0 } as const

async function source(
  config: GroupConfig,
  options: Parameters<Awaited<ReturnType<typeof openTrainingData>>['source']>[0] = all,
) {
  const data = await openTrainingData(config, world.model)
  try {
    const opened = await data.source(options)
    return {
      ids: opened.ids,
      survey: opened.survey,
      scope: opened.scope,
      groups: await opened.load(opened.ids),
    }
  } finally {
    data.close()
  }
}

describe('the groups of a split', () => {
  it('are those that the database has in it, by ascending id', async () => {
    const { ids, survey } = await source(tinyConfig(world))
    expect(ids).toHaveLength(16)
    expect(ids).toEqual([...ids].sort())
    expect(survey).toMatchObject({ groups: 16, droppedGroups: {}, droppedResponses: {} })
  })

  it('have the tokens that the survey says', async () => {
    const { survey, groups } = await source(tinyConfig(world))
    const lengths = groups.flatMap(({ prompt, responses }) =>
      responses.map(({ length }) => prompt.length + length),
    )
    expect(survey.tokens).toBe(lengths.reduce((sum, length) => sum + length, 0))
    expect(survey.longestSequence).toBe(Math.max(...lengths))
  })

  it('are the same from the cache as without it', async () => {
    const config = tinyConfig(world, {
      data: { groups: world.database, cache: join(world.folder, 'second.cache') },
    })
    const first = await source(config)
    const second = await source(config)
    expect(second).toEqual(first)
  })

  it('are surveyed anew under another limit, and what goes is counted', async () => {
    const config = tinyConfig(world)
    const { survey } = await source(config)
    const shorter = await source(tinyConfig(world, { length: { maxTokens: survey.longestSequence - 1 } }))
    expect(shorter.survey.droppedResponses.overlong).toBeGreaterThan(0)
    expect(shorter.scope).not.toBe((await source(config)).scope)
  })

  it('are drawn by the seed where fewer are wanted', async () => {
    const draw = (seed: number) => source(tinyConfig(world), { ...all, limit: 5, seed })
    const [a, again, b] = [await draw(1), await draw(1), await draw(2)]
    expect(a.ids).toHaveLength(5)
    expect(again.ids).toEqual(a.ids)
    expect(b.ids).not.toEqual(a.ids)
  })

  it('are drawn among those that can be used', async () => {
    const whole = await source(tinyConfig(world))
    const longest = whole.groups.map(({ prompt, responses }) =>
      Math.max(...responses.map(({ length }) => prompt.length + length)),
    )
    const shorter = tinyConfig(world, {
      length: { maxTokens: longest.toSorted((a, b) => a - b)[4]!, overlong: 'drop-group' },
    })
    const usable = await source(shorter)
    expect(usable.ids.length).toBeGreaterThan(3)
    expect(usable.ids.length).toBeLessThan(whole.ids.length - 3)
    for (const seed of [1, 2, 3]) {
      const drawn = await source(shorter, { ...all, limit: 3, seed })
      expect(drawn.ids).toHaveLength(3)
      expect(usable.ids).toEqual(expect.arrayContaining([...drawn.ids]))
    }
    const more = await source(shorter, { ...all, limit: 100, seed: 1 })
    expect(more.ids).toEqual(usable.ids)
  })
})

describe('the cache', () => {
  it('is refused where its file is of another program', async () => {
    const cache = join(scratchFolder(), 'notes.txt')
    writeFileSync(cache, 'dear diary, '.repeat(200))
    await expect(source(tinyConfig(world, { data: { groups: world.database, cache } }))).rejects.toThrow(
      /not a SQLite database/,
    )
  })

  it('is refused where its file is a database of groups', async () => {
    const config = tinyConfig(world, { data: { groups: world.database, cache: world.database } })
    await expect(source(config)).rejects.toThrow(/is no cache of this gepo/)
  })
})

describe('groups whose prompt asks for a level', () => {
  const asking = (given: Record<string, unknown> = {}) =>
    tinyConfig(world, { prompt: { template: '; {{ level }}\n{{ code }}' }, ...given })

  it('are taken once for each, with the winner that it gives and the losers made at it', async () => {
    const { survey, groups, ids } = await source(asking())
    // The losers of these groups were made at O0 alone.
    expect(survey).toMatchObject({ groups: 16, droppedGroups: { 'no-loser': 48, 'no-winner': 32 } })
    expect(ids.every((id) => id.endsWith(' O0'))).toBe(true)
    expect(groups.map(({ winners, losers }) => [winners, losers.length])).toEqual(groups.map(() => [1, 2]))
    const tokenizer = await loadTokenizer(world.model)
    expect(await tokenizer.decode(groups[0]!.prompt)).toMatch(/^; O0\n#include/)
  })

  it('are those of the levels that the configuration names', async () => {
    const data = { groups: world.database, levels: ['O1'] }
    expect((await source(asking({ data }))).survey).toMatchObject({
      groups: 0,
      droppedGroups: { 'no-loser': 16 },
    })
  })
})
