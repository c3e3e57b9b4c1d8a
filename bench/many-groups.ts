/**
 * A database of groups in, as many groups as are asked for out, in shards that `gepo merge` takes: for runs on databases
 * that no machine here could build in a day. All that a store and `gepo verify` hold a group to holds: every source is
 * its own text, every id the hash of what it stands for.
 *
 * The shortest of the sources are built once more with a stamp in them, a name of fixed length that reaches their IR; each copy
 * then has another stamp in all its texts. Numbers behind `#define` make copies of a source far from each other, except for
 * one in sixteen, which is a near-copy of one in another shard; sources that are alike have copies that are (clusters of up
 * to 30 of 160 contest programs). Not kept: a mutant's id, which stays that of the first copy.
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
import { blobsTable } from '../src/store/blobs.ts'
import type { Connection } from '../src/store/connection.ts'
import { executionsTable } from '../src/store/executions.ts'
import { idToBytes } from '../src/store/hex-id.ts'
import { losersTable, packLoser } from '../src/store/losers.ts'
import { readRuns, saveRuns } from '../src/store/merge/read-runs.ts'
import { openForReading, openForWriting } from '../src/store/open-database.ts'
import { packPool, poolsTable } from '../src/store/pools.ts'
import { openStore } from '../src/store/store.ts'
import { openTables } from '../src/store/tables.ts'
import { packWinner, winnersTable } from '../src/store/winners.ts'

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
  /** In the database of templates. */
  readonly templateKey: number
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
  const { connection, close } = openForReading(templatesPath)
  const keyOf = connection.prepare<{ key: number }>('SELECT key FROM groups WHERE id = ?')
  const bySource = Map.groupBy(store.groups(), ({ source }) => source.id)
  const templates = [...bySource.values()].map((groups): Template => {
    const { source } = groups[0]!
    return {
      source,
      numbers: /^#define NUMBERS .*$/m.exec(source.text)![0],
      members: groups.map(({ unit, group }) => ({
        templateKey: keyOf.get(idToBytes(group.id))!.key,
        unit,
        group,
        pool: store.pool(group.id)!,
      })),
    }
  })
  const [run] = readRuns(connection)
  close()
  store.close()
  return { run: run!, templates }
}

/** Every `shards`-th copy of each template, so that near-copies come into different ones. */
function makeShard(shard: number): void {
  const path = join(values.out, `shard-${shard + 1}-of-${shards}.db`)
  if (existsSync(path)) return
  const unfinished = `${path}.making`
  rmSync(unfinished, { force: true })
  const { connection, close } = openForWriting(unfinished)
  const saveCopy = openCopies(connection)
  const config = { ...JSON.parse(String(run.config)), shard: { index: shard + 1, count: shards } }
  saveRuns(connection, [{ ...run, config: JSON.stringify(config) }])
  for (let copy = shard; copy < copies; copy += shards)
    connection.transaction(() => {
      for (const template of templates) saveCopy(template, copy)
    })
  close()
  renameSync(unfinished, path)
  console.error(`${path}: done`)
}

function openCopies(connection: Connection) {
  connection.prepare('ATTACH ? AS templates').run(templatesPath)
  const { sources, units } = openTables(connection)
  const blobs = blobsTable(connection)
  const winners = winnersTable(connection, blobs)
  const losers = losersTable(connection, blobs, executionsTable(connection))
  const pools = poolsTable(connection)
  const insertGroup = connection.prepare<{ key: number }>(
    `INSERT INTO groups (id, unit_key, split, edges_reached, edges_total, seed, inputs_tried, centre, centre_blob)
     SELECT ?, ?, ?, edges_reached, edges_total, seed, inputs_tried, replace(centre, '${STAMP}', ?), ?
     FROM templates.groups WHERE key = ? RETURNING key`,
  )
  /** What no stamp is in goes over as it is. */
  const copyRows = [
    `INSERT INTO inputs SELECT ?, ordinal, packed, replace(call_text, '${STAMP}', ?)
     FROM templates.inputs WHERE group_key = ?`,
    `INSERT INTO executions SELECT ?, input, loser, stdout, exit, effects
     FROM templates.executions WHERE loser = -1 AND ? <> '' AND group_key = ?`,
    `INSERT INTO mutants SELECT ?, ordinal, id, operator, verdict
     FROM templates.mutants WHERE ? <> '' AND group_key = ?`,
  ].map((sql) => connection.prepare(sql))

  return ({ source, numbers: own, members }: Template, copy: number): void => {
    const seed = copy % NEAR_COPIES === NEAR_COPIES - 1 ? copy - 1 : copy
    const texts: Texts = [
      [own, numbers(own.split(' ').length - 2, seed)],
      [STAMP, stampOf(copy)],
    ]
    const text = restamped(source.text, texts)
    const id = createHash('sha256').update(text).digest('hex')
    sources.insert({ ...source, id, text, row: `${source.row}-${copy}` })
    const { key } = sources.find(id)!
    sources.setExtracted(key)
    const split = splitOfSource(sourceShingles(text))
    for (const { templateKey, unit: first, group: firstGroup, pool } of members) {
      const restampedUnit = restamped(first, texts)
      const unit = { ...restampedUnit, sourceId: id, id: unitId(restampedUnit) }
      units.insert(unit, key)
      const unitKey = units.find(unit.id)!.key
      const group = {
        ...firstGroup,
        ...(firstGroup.subject && { subject: restamped(firstGroup.subject, texts) }),
        winners: restamped(firstGroup.winners, texts),
        losers: restamped(firstGroup.losers, texts),
      }
      const { key: groupKey } = insertGroup.get(
        idToBytes(groupId(unit.id, group)),
        unitKey,
        split,
        stampOf(copy),
        group.subject ? blobs.save(group.subject.code) : null,
        templateKey,
      )!
      for (const rows of copyRows) rows.run(groupKey, stampOf(copy), templateKey)
      winners.insert(groupKey, group.winners.map(packWinner))
      losers.insert(
        groupKey,
        group.losers.map((loser) => packLoser(loser, unit.code)),
      )
      pools.insert(groupKey, packPool(restamped(pool, texts)))
      units.finish(unitKey, 'group', { losers: 1 })
    }
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
