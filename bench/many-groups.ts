/**
 * A database of groups in, as many groups as are asked for out, in shards that `gepo merge` takes: for runs on databases
 * that no machine here could build in a day. All that a store and `gepo verify` hold a group to holds: every source is
 * its own text, every id the hash of what it stands for.
 *
 * The shortest of the sources are built once more with a stamp in them, a name of fixed length that reaches their IR; each copy
 * then has another stamp in all its texts. Numbers behind `#define` make copies far from each other, except for one in
 * sixteen, which is a near-copy of one in another shard. Not kept: a mutant's id, which stays that of the first copy.
 *
 * `node bench/many-groups.ts groups.db --groups 300000 --shards 8 --out many [--templates 160]`; memory for the templates.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { sourceShingles } from '../src/audit/source-shingles.ts'
import { splitOfSource } from '../src/audit/source-splits.ts'
import { createRandom } from '../src/base/random.ts'
import { lexC } from '../src/extract/lex-c.ts'
import { groupId } from '../src/records/group-id.ts'
import type { GroupRecord } from '../src/records/group-record.ts'
import type { PoolEntry } from '../src/records/pool-entry.ts'
import type { Source } from '../src/records/source.ts'
import type { Unit } from '../src/records/unit.ts'
import { unitId } from '../src/records/unit-id.ts'
import { readRuns, saveRuns } from '../src/store/merge/read-runs.ts'
import { openForReading, openForWriting } from '../src/store/open-database.ts'
import { openStore } from '../src/store/store.ts'
import { openTables, type Tables } from '../src/store/tables.ts'

const STAMP = 'copy0000000'
const stampOf = (copy: number) => `copy${String(copy).padStart(STAMP.length - 'copy'.length, '0')}`
const NEAR_COPIES = 16
/** Tokens of a `#define` by tokens of the source: two copies then share less than 0.7 of their shingles. */
const NUMBERS_SHARE = 0.4

interface Template {
  readonly source: Source
  readonly numbers: string
  readonly members: readonly Member[]
}

interface Member {
  readonly unit: Unit
  readonly group: GroupRecord
  readonly pool: readonly PoolEntry[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '300000' },
    shards: { type: 'string', default: '8' },
    templates: { type: 'string', default: '160' },
    out: { type: 'string', default: 'many' },
  },
})
const [from = 'groups.db'] = positionals
const shards = Number(values.shards)
mkdirSync(values.out, { recursive: true })
const templatesPath = join(values.out, 'templates.db')
if (!existsSync(templatesPath)) buildTemplates()
const { run, templates } = readTemplates()
const copies = Math.ceil(
  Number(values.groups) / templates.reduce((sum, { members }) => sum + members.length, 0),
)
for (let shard = 0; shard < shards; shard++) makeShard(shard)

/** The shortest sources of `from` that have groups, with a stamp, built as `gepo build` builds everything. */
function buildTemplates(): void {
  const store = openStore(from, { readonly: true })
  const names = new Map<string, Set<string>>()
  for (const { unit } of store.groups())
    names.set(unit.sourceId, (names.get(unit.sourceId) ?? new Set()).add(unit.name))
  const lines = [...names]
    .map(([id, functions]) => ({ text: store.source(id)!.text, functions }))
    .sort((a, b) => a.text.length - b.text.length)
    .slice(0, Number(values.templates))
    .map(({ text, functions }) => JSON.stringify({ Source_Code: stamped(text, functions) }))
  store.close()
  const file = join(values.out, 'templates.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const gepo = resolve(import.meta.dirname, '../bin/gepo.mjs')
  const building = `${templatesPath}.building`
  execFileSync(process.execPath, [gepo, 'build', file, '--seed', '1', '--out', building], {
    stdio: 'inherit',
  })
  renameSync(building, templatesPath)
}

/** The text with its functions' names, and one more constant, stamped: names never reach an input, as strings would. */
function stamped(text: string, functions: ReadonlySet<string>): string {
  const renamed = [...functions]
    .filter((name) => name !== 'main')
    .reduce((code, name) => code.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), `${name}_${STAMP}`), text)
  return `${renamed.trimEnd()}\n${numbers(Math.ceil(lexC(text).length * NUMBERS_SHARE), 0)}\nconst int ${STAMP} = 1;\n`
}

function numbers(count: number, seed: number): string {
  const random = createRandom(`numbers ${seed}`)
  return `#define NUMBERS ${Array.from({ length: count }, () => random.int(100_000, 999_999)).join(' ')}`
}

function readTemplates() {
  const store = openStore(templatesPath, { readonly: true })
  const bySource = Map.groupBy(store.groups(), ({ source }) => source.id)
  const templates = [...bySource.values()].map(([first, ...others]): Template => {
    const { source } = first!
    return {
      source,
      numbers: /^#define NUMBERS .*$/m.exec(source.text)![0],
      members: [first!, ...others].map(({ unit, group }) => ({ unit, group, pool: store.pool(group.id)! })),
    }
  })
  store.close()
  const { connection, close } = openForReading(templatesPath)
  const [run] = readRuns(connection)
  close()
  return { run: run!, templates }
}

/** Every `shards`-th copy of each template, so that near-copies come into different ones. */
function makeShard(shard: number): void {
  const path = join(values.out, `shard-${shard + 1}-of-${shards}.db`)
  if (existsSync(path)) return
  const unfinished = `${path}.making`
  rmSync(unfinished, { force: true })
  const { connection, close } = openForWriting(unfinished)
  const tables = openTables(connection)
  const config = { ...JSON.parse(String(run.config)), shard: { index: shard + 1, count: shards } }
  saveRuns(connection, [{ ...run, config: JSON.stringify(config) }])
  for (let copy = shard; copy < copies; copy += shards)
    connection.transaction(() => {
      for (const template of templates) saveCopy(tables, template, copy)
    })
  close()
  renameSync(unfinished, path)
  console.error(`${path}: done`)
}

function saveCopy(tables: Tables, { source, numbers: own, members }: Template, copy: number): void {
  const seed = copy % NEAR_COPIES === NEAR_COPIES - 1 ? copy - 1 : copy
  const texts: Texts = [
    [own, numbers(own.split(' ').length - 2, seed)],
    [STAMP, stampOf(copy)],
  ]
  const text = restamped(source.text, texts)
  const id = createHash('sha256').update(text).digest('hex')
  tables.sources.insert({ ...source, id, text, row: `${source.row}-${copy}` })
  const { key } = tables.sources.find(id)!
  tables.sources.setExtracted(key)
  const split = splitOfSource(sourceShingles(text))
  for (const { unit: first, group, pool } of members) {
    const restampedUnit = restamped(first, texts)
    const unit = { ...restampedUnit, sourceId: id, id: unitId(restampedUnit) }
    tables.units.insert(unit, key)
    const unitKey = tables.units.find(unit.id)!.key
    const contents = { ...restamped(group, texts), split }
    tables.groups.insert(
      { ...contents, id: groupId(unit.id, contents) },
      restamped(pool, texts),
      unitKey,
      unit.code,
    )
    tables.units.finish(unitKey, 'group', { losers: 1 })
  }
}

/** What is written for what, in all texts of a copy. */
type Texts = readonly (readonly [string, string])[]

function restamped<Value>(value: Value, texts: Texts): Value {
  if (typeof value === 'string')
    return texts.reduce<string>((text, [before, now]) => text.replaceAll(before, now), value) as Value
  if (Array.isArray(value)) return value.map((item) => restamped(item, texts)) as Value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, restamped(item, texts)]),
  ) as Value
}
