/** Groups and pairs that did not come from a build: from an exported data set, and in the forms that TRL has. */
import { copyFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { describedPairsConfig, groupsConfig } from '../../../src/export/dataset-configs.ts'
import { writeDataset } from '../../../src/export/write-dataset.ts'
import { openStore } from '../../../src/store/store.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { isFromElsewhere } from '../../../src/train/data/import-groups.ts'
import { openTrainingData } from '../../../src/train/data/open-training-data.ts'
import { train } from '../../../src/train/run/train.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { makeTinyWorld, tinyConfig } from '../run/tiny-run.ts'
import { openBigramEngine } from '../tensor-engine/bigram-engine.ts'

const world = makeTinyWorld(20)

async function source(config: GroupConfig, split: 'train' | 'validation' | 'test' = 'train') {
  const data = await openTrainingData(config, world.model)
  try {
    const opened = await data.source({ split, limit: null, seed: 0 })
    return { ids: opened.ids, groups: await opened.load(opened.ids), survey: opened.survey }
  } finally {
    data.close()
  }
}

const configOf = (groups: string, more: object = {}) =>
  tinyConfig(world, { out: scratchFolder(), data: { groups, ...more } })

async function exported(): Promise<string> {
  const out = join(scratchFolder(), 'set')
  const store = openStore(world.database, { readonly: true })
  await writeDataset(out, {
    configs: [groupsConfig, describedPairsConfig({ pairing: 'all', form: 'standard' })],
    groupsOf: (split) => store.groups({ split }),
    card: () => '',
  })
  store.close()
  return out
}

function lines(rows: readonly object[], name = 'pairs.jsonl'): string {
  const file = join(scratchFolder(), name)
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text)
  return file
}

describe('an exported data set', () => {
  it('gives the very groups of its database, split by split', async () => {
    const out = await exported()
    for (const split of ['train', 'validation', 'test'] as const) {
      const fromBuild = await source(tinyConfig(world), split)
      const fromFolder = await source(configOf(out), split)
      expect(fromFolder).toEqual(fromBuild)
      expect(fromFolder.ids.length).toBeGreaterThan(0)
    }
  })

  it('obeys filters by class and level', async () => {
    const filters = { classes: ['ast'], levels: ['O0', 'O1', 'O2'] }
    const fromBuild = await source(tinyConfig(world, { data: { groups: world.database, ...filters } }))
    expect(await source(configOf(await exported(), filters))).toEqual(fromBuild)
  })

  it('gives pairs, where those are named', async () => {
    const out = await exported()
    const { groups, ids } = await source(configOf(join(out, 'pairs')))
    const built = await source(tinyConfig(world))
    expect(groups.every(({ winners, losers }) => winners === 1 && losers.length === 1)).toBe(true)
    expect(ids.length).toBe(
      built.groups.reduce((sum, { winners, losers }) => sum + winners * losers.length, 0),
    )
  })

  it('trains to the losses of its database', async () => {
    const lossesOf = async (groups: string) => {
      const losses: number[] = []
      const notes: string[] = []
      const config = tinyConfig(world, { out: scratchFolder(), data: { groups }, epochs: 8, maxSteps: 10 })
      await train(config, {
        engine: openBigramEngine(),
        report: (event) => {
          if (event.kind === 'step') losses.push(event.loss)
          if (event.kind === 'note') notes.push(event.text)
        },
      })
      expect(notes.some((text) => text.includes('nothing here proves its labels'))).toBe(
        groups !== world.database,
      )
      return losses
    }
    const fromBuild = await lossesOf(world.database)
    expect(fromBuild).toHaveLength(10)
    expect(new Set(fromBuild).size).toBeGreaterThan(1)
    expect(await lossesOf(await exported())).toEqual(fromBuild)
  })
})

describe('pairs in the forms of TRL', () => {
  const text = { prompt: 'int f;\n', chosen: 'right', rejected: 'wrong' }
  it.each([
    ['text', text],
    [
      'messages',
      {
        prompt: [{ role: 'user', content: 'int f;\n' }],
        chosen: [{ role: 'assistant', content: 'right' }],
        rejected: [{ role: 'assistant', content: 'wrong' }],
      },
    ],
    ['lists', { prompt: 'int f;\n', chosen: ['right'], rejected: ['wrong'] }],
  ])('%s', async (_, row) => {
    const expected = await source(configOf(lines([text])))
    const { groups } = await source(configOf(lines([row])))
    expect(groups).toEqual(expected.groups)
    expect(groups).toMatchObject([{ winners: 1, losers: [{ class: 'unknown', operator: 'unknown' }] }])
  })

  it('are taken once, from compressed lines and under other names of columns too', async () => {
    const row = { question: text.prompt, good: text.chosen, bad: text.rejected }
    const columns = { prompt: 'question', chosen: 'good', rejected: 'bad' }
    const { groups } = await source(configOf(lines([row, row], 'pairs.jsonl.gz'), { columns }))
    expect(groups).toEqual((await source(configOf(lines([text])))).groups)
  })

  it('are split by a column, or by the name of their file', async () => {
    const file = lines(
      [
        { ...text, split: 'test' },
        { ...text, chosen: 'also' },
      ],
      'validation-0.jsonl',
    )
    expect((await source(configOf(file), 'test')).ids).toHaveLength(1)
    expect((await source(configOf(file), 'validation')).ids).toHaveLength(1)
    expect((await source(configOf(file))).ids).toHaveLength(0)
  })

  it.each([
    ['no column', { prompt: 'a', chosen: 'b' }, 'Row 1 of .* has no text in the column rejected'],
    ['a number', { prompt: 'a', chosen: 3, rejected: 'c' }, 'has no text in the column chosen'],
    ['an empty list', { prompt: 'a', chosen: 'b', rejected: [] }, 'has no text in the column rejected'],
  ])('with %s are refused in a sentence', async (_, row, sentence) => {
    await expect(source(configOf(lines([row])))).rejects.toThrow(new RegExp(sentence))
  })

  it('that are no JSON are refused by their line', async () => {
    const file = join(scratchFolder(), 'pairs.jsonl')
    writeFileSync(file, `${JSON.stringify(text)}\nnot JSON\n`)
    await expect(source(configOf(file))).rejects.toThrow(/Row 2 of .* is no JSON object/)
  })

  it('are asked for where a place has none', async () => {
    await expect(source(configOf(join(world.folder, 'none.jsonl')))).rejects.toThrow('does not exist')
    await expect(source(configOf(scratchFolder()))).rejects.toThrow('has no Parquet or JSON lines')
  })
})

describe('the side file', () => {
  it('is filled once, and anew when the source has changed', async () => {
    const file = lines([{ prompt: 'a', chosen: 'b', rejected: 'c' }])
    const config = configOf(file)
    await source(config)
    const side = join(config.out, 'groups.cache.rows')
    const before = statSync(side).mtimeMs
    await source(config)
    expect(statSync(side).mtimeMs).toBe(before)
    writeFileSync(file, `${JSON.stringify({ prompt: 'a', chosen: 'other', rejected: 'c' })}\n`)
    const { groups } = await source(config)
    rmSync(side)
    expect((await source(config)).groups).toEqual(groups)
    expect(existsSync(side)).toBe(true)
  })
})

it('a database is no pattern, whatever its name looks like', async () => {
  const named = join(scratchFolder(), 'groups[1] (2).db')
  copyFileSync(world.database, named)
  expect(isFromElsewhere(named)).toBe(false)
  expect((await source(tinyConfig(world, { data: { groups: named } }))).ids).toHaveLength(16)
})

it.each([
  ['groups.db', false],
  ['set.parquet', true],
  ['set.jsonl.gz', true],
  ['sets/*.parquet', true],
  ['hf:me/groups', true],
])('%s is from elsewhere: %s', (name, expected) => {
  expect(isFromElsewhere(name)).toBe(expected)
  expect(readdirSync('.').includes(name)).toBe(false)
})
