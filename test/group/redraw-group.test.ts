import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { extractUnits } from '../../src/extract/extract-units.ts'
import { buildGroup } from '../../src/group/build-group.ts'
import type { GroupTools } from '../../src/group/group-tools.ts'
import { type RedrawSettings, redrawGroup } from '../../src/group/redraw-group.ts'
import { verifyGroup } from '../../src/group/verify-group.ts'
import type { UnitResult } from '../../src/records/group-record.ts'
import type { PoolEntry } from '../../src/records/pool-entry.ts'
import type { Unit } from '../../src/records/unit.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { openDefaultTestEngine } from '../execute/open-test-engine.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'
import { defaultSettings } from './default-settings.ts'

const classes = { ast: 2, ir: 1, malformed: 1 }
const settings: RedrawSettings = { losers: 4, minLosers: 2, classes, select: 'hard', seed: 5 }

let engine: CodeEngine
let tools: GroupTools
let unit: Unit
let built: Extract<UnitResult, { kind: 'group' }>

beforeAll(async () => {
  engine = await openDefaultTestEngine()
  tools = { engine, parse: await loadParser() }
  const text = await readFile(join(fixtureRoot, 'functions/integer-basics.c'), 'utf8')
  const source = { id: '00'.repeat(32), dataset: '', split: '', row: '', license: 'unknown', text }
  const { units } = await extractUnits(source, { kinds: ['function'] })
  unit = units.find(({ name }) => name === 'clamp')!
  const { result } = await buildGroup(tools, {
    unit,
    split: 'validation',
    settings: { ...defaultSettings, levels: ['O0', 'O1', 'O2'], classes, inputs: 8 },
  })
  if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
  built = result
})
afterAll(() => engine.close())

async function redraw(change: Partial<RedrawSettings> = {}, pool: readonly PoolEntry[] = built.pool) {
  // As it comes out of a database.
  const stored = JSON.parse(JSON.stringify(pool)) as PoolEntry[]
  const task = { stored: { group: built.group, unit }, pool: stored, settings: { ...settings, ...change } }
  return (await redrawGroup(tools, task)).result
}

it('keeps all that was screened, the losers of the group among them', () => {
  const ids = built.pool.map(({ mutant }) => mutant.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(built.group.losers.length)
  for (const { mutant } of built.group.losers) expect(ids).toContain(mutant.id)
  expect(new Set(built.pool.map((entry) => entry.class))).toEqual(new Set(['ast', 'ir', 'malformed']))
})

it('draws losers of the pool that are proven again from their own contents', async () => {
  const result = await redraw()
  if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
  const { group } = result
  expect(group).toMatchObject({
    split: 'validation',
    inputs: built.group.inputs,
    expected: built.group.expected,
    winners: built.group.winners,
  })
  expect(group.losers.map((loser) => loser.class)).toEqual(['ast', 'ast', 'ir', 'malformed'])
  const ids = built.pool.map(({ mutant }) => mutant.id)
  for (const { mutant } of group.losers) expect(ids).toContain(mutant.id)
  expect(await verifyGroup(tools, { group, unit })).toEqual([])
})

it('draws the same for the same seed, and others for another', async () => {
  expect(await redraw()).toEqual(await redraw())
  const random = async (seed: number) =>
    redraw({ select: 'random', seed, losers: 2, classes: { ast: 1, ir: 0, malformed: 0 } })
  const results = [await random(1), await random(2), await random(3)]
  const ids = results.map((result) => result.kind === 'group' && result.group.id)
  expect(new Set(ids).size).toBeGreaterThan(1)
})

it('does not believe a pool: what does not hold is not drawn', async () => {
  const lies = built.pool.map((entry): PoolEntry => {
    if (entry.class === 'malformed') return { ...entry, message: 'made up' }
    return { ...entry, result: built.group.expected[entry.inputIndex]! }
  })
  expect(await redraw({}, lies)).toMatchObject({ kind: 'dropped', reason: 'too-few-losers' })
})
