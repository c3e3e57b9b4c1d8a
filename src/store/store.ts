/**
 * The database of groups. Sources, units and outcomes go in, each call one transaction, so that a process killed
 * at any moment leaves whole records only; groups come out by iterators that hold one at a time.
 * Belongs to one thread. One process writes at a time; any number may read beside it.
 */
import { createHash } from 'node:crypto'
import { sampleIds } from '../base/sample-ids.ts'
import { UserError } from '../base/user-error.ts'
import { groupId } from '../records/group-id.ts'
import type { GroupRecord, StoredGroup, UnitOutcome } from '../records/group-record.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import type { PoolEntry } from '../records/pool-entry.ts'
import type { Source } from '../records/source.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import { blobsTable } from './blobs.ts'
import { type Drop, dropsTable } from './drops.ts'
import { executionsTable } from './executions.ts'
import { groupsTable } from './groups.ts'
import { inputsTable } from './inputs.ts'
import { losersTable } from './losers.ts'
import { mutantsTable } from './mutants.ts'
import { openForReading, openForWriting } from './open-database.ts'
import { poolsTable } from './pools.ts'
import { type RunStart, runsTable } from './runs.ts'
import { type Origin, sourcesTable } from './sources.ts'
import { readStats, type Stats } from './stats.ts'
import { unitsTable } from './units.ts'
import { winnersTable } from './winners.ts'

export interface Store {
  readonly path: string

  /**
   * Begins a run; its seconds count from here and are kept with every outcome saved.
   * @throws UserError when earlier runs on this file had other options or versions that groups depend on
   */
  beginRun(run: RunStart): void
  finishRun(): void
  /** Options and versions that the file's groups depend on; undefined before the first run. */
  contentConfig(): Readonly<Record<string, unknown>> | undefined

  /**
   * Keeps a source. `extract`: its units are wanted now. `extracted`: an earlier run did that.
   * `duplicate`: its text came before from another place, and a drop row says so.
   */
  saveSource(source: Source): 'extract' | 'extracted' | 'duplicate'
  /** Keeps why an item of a container is not a source. */
  saveReadDrop(item: Origin & { readonly reason: string; readonly detail: string }): void
  /**
   * Keeps all that came out of a source. A unit that another source gave before is dropped as a duplicate.
   * @returns the units that are new and pending
   */
  saveExtraction(sourceId: string, units: readonly Unit[], drops: readonly ExtractionDrop[]): readonly Unit[]
  hasSource(id: string): boolean
  /** Keeps one unit of a stored source, as another database gives it; known ones stay as they are. */
  saveUnit(unit: Unit): void

  /**
   * Keeps what became of a unit; a unit that is done stays as it is.
   * @throws Error where the record contradicts itself (a bug of the builder)
   */
  saveUnitOutcome(outcome: UnitOutcome): 'saved' | 'already-finished'
  /** Ids of the units that are in a group or dropped. */
  finishedUnits(): Set<string>
  /** Units still to do, in the order they came, those that are added meanwhile included. */
  pendingUnits(): Generator<Unit>

  groupCount(split?: Split): number
  /** Groups in the order of their ids, which does not depend on how they were built. */
  groups(selection?: GroupSelection): Generator<StoredGroup>
  group(id: string): StoredGroup | undefined
  /**
   * The one group whose id begins with these hex digits.
   * @throws UserError when there is none, or more than one
   */
  findGroup(prefix: string): StoredGroup
  source(id: string): Source | undefined
  /** Ids of the sources that have groups, ascending. */
  groupedSources(): readonly string[]
  /** Gives the groups of each source that split; tells how many had another. */
  setSplits(splits: ReadonlyMap<string, Split>): number
  /** What a group's losers were drawn from; undefined where it was stored before pools were kept. */
  pool(groupId: string): readonly PoolEntry[] | undefined

  /** sha256 over the sorted group ids: equal for equal contents, however they were built. */
  contentHash(): string
  stats(): Stats
  /** What contradicts itself in a stored group: an id or a text that does not fit. Empty for an intact one. */
  contentProblems(group: StoredGroup): string[]

  close(): void
}

export interface ExtractionDrop extends Drop {
  /** The part of the source that is dropped, such as a function's name; absent for the whole. */
  readonly part?: string
}

export interface GroupSelection {
  readonly split?: Split | undefined
  /** Draw that many, by `seed`. */
  readonly sample?: number | undefined
  readonly seed?: number | undefined
}

const pageSize = 512

/**
 * Opens a database, or makes it when it is not there and `readonly` is not set.
 *
 * @throws UserError where the file is missing, foreign, newer, damaged, not writable or being written by another
 * @example
 * const store = openStore('groups.db', { readonly: true })
 * for (const { group } of store.groups({ split: 'test' })) console.log(group.id)
 * store.close()
 */
export function openStore(path: string, options: { readonly readonly?: boolean } = {}): Store {
  const { connection: db, close } = options.readonly ? openForReading(path) : openForWriting(path)
  const blobs = blobsTable(db)
  const runs = runsTable(db)
  const sources = sourcesTable(db, blobs)
  const units = unitsTable(db, blobs)
  const drops = dropsTable(db)
  const executions = executionsTable(db)
  const groups = groupsTable(db, {
    blobs,
    inputs: inputsTable(db),
    executions,
    winners: winnersTable(db, blobs),
    losers: losersTable(db, blobs, executions),
    mutants: mutantsTable(db),
    pools: poolsTable(db),
  })
  let run: { readonly key: number; readonly startedAtMs: number } | undefined
  const runSeconds = (startedAtMs: number) => (performance.now() - startedAtMs) / 1000

  function loadGroup(id: string): StoredGroup | undefined {
    const row = groups.find(id)
    if (row === undefined) return undefined
    const { unit, sourceKey } = units.load(row.unit_key)
    return { group: groups.load(row, unit.code), unit, source: sources.load(sourceKey) }
  }

  function* groupIds(split?: Split): Generator<string> {
    let page = groups.idsAfter('', pageSize, split)
    while (page.length > 0) {
      yield* page
      page = groups.idsAfter(page.at(-1)!, pageSize, split)
    }
  }

  return {
    path,

    beginRun(start) {
      run = { key: db.transaction(() => runs.begin(start)), startedAtMs: performance.now() }
    },
    finishRun() {
      if (run === undefined) throw new Error('no run was begun')
      runs.finish(run.key, runSeconds(run.startedAtMs))
      run = undefined
    },
    contentConfig() {
      return runs.contentConfig()
    },

    saveSource(source) {
      return db.transaction(() => {
        const known = sources.find(source.id)
        if (known === undefined) {
          sources.insert(source)
          return 'extract'
        }
        if (sameOrigin(known, source)) return known.extracted ? 'extracted' : 'extract'
        const first = [known.dataset, known.split, known.row].filter((part) => part !== '').join(' ')
        drops.insertItem({ stage: 'read', reason: 'duplicate', detail: `same text as ${first}` }, source, '')
        return 'duplicate'
      })
    },
    saveReadDrop(item) {
      drops.insertItem({ stage: 'read', reason: item.reason, detail: item.detail }, item, '')
    },
    saveExtraction(sourceId, extracted, extractionDrops) {
      return db.transaction(() => {
        const source = sources.find(sourceId)
        if (source === undefined) throw new Error(`extraction of source ${sourceId}, which is not stored`)
        if (source.extracted) return []
        for (const drop of extractionDrops) drops.insertItem(drop, source, drop.part ?? '')
        const fresh = extracted.filter((unit) => {
          if (units.insert(unit, source.key)) return true
          const detail = `${unit.name} is the same as a unit of an earlier source`
          drops.insertItem({ stage: 'extract', reason: 'duplicate-unit', detail }, source, unit.name)
          return false
        })
        sources.setExtracted(source.key)
        return fresh
      })
    },
    saveUnit(unit) {
      db.transaction(() => {
        const source = sources.find(unit.sourceId)
        if (source === undefined) throw new Error(`unit of source ${unit.sourceId}, which is not stored`)
        units.insert(unit, source.key)
      })
    },
    hasSource(id) {
      return sources.find(id) !== undefined
    },

    saveUnitOutcome({ unit, result, timings }) {
      const contradiction = result.kind === 'group' ? contradictionIn(unit, result.group) : undefined
      if (contradiction !== undefined) throw new Error(`group of unit ${unit.id}: ${contradiction}`)
      return db.transaction(() => {
        const stored = units.find(unit.id)
        if (stored === undefined) throw new Error(`outcome of unit ${unit.id}, which is not stored`)
        if (stored.state !== 'pending') return 'already-finished'
        if (result.kind === 'group') groups.insert(result.group, result.pool, stored.key, unit.code)
        else drops.insertUnit(result, sources.origin(stored.sourceKey), stored.key)
        units.finish(stored.key, result.kind, timings)
        if (run !== undefined) runs.setSeconds(run.key, runSeconds(run.startedAtMs))
        return 'saved'
      })
    },
    finishedUnits() {
      return new Set(units.finishedIds())
    },
    *pendingUnits() {
      let keys = units.pendingAfter(0, pageSize)
      while (keys.length > 0) {
        for (const key of keys) yield units.load(key).unit
        keys = units.pendingAfter(keys.at(-1)!, pageSize)
      }
    },

    groupCount(split) {
      return groups.count(split)
    },
    *groups({ split, sample, seed = 0 } = {}) {
      const ids = groupIds(split)
      for (const id of sample === undefined ? ids : sampleIds(ids, sample, seed)) yield loadGroup(id)!
    },
    group(id) {
      return loadGroup(id)
    },
    findGroup(prefix) {
      if (!/^[0-9a-f]{1,64}$/i.test(prefix)) {
        throw new UserError(`"${prefix}" is not a group id; give its first hex digits, such as 3fa9c1.`)
      }
      const ids = groups.idsWithPrefix(prefix.toLowerCase(), 2)
      if (ids.length === 0) throw new UserError(`${path} has no group whose id begins with ${prefix}.`)
      if (ids.length > 1)
        throw new UserError(`Several groups of ${path} begin with ${prefix}; give more digits.`)
      return loadGroup(ids[0]!)!
    },
    source(id) {
      const found = sources.find(id)
      return found && sources.load(found.key)
    },

    groupedSources() {
      return sources.groupedIds()
    },
    setSplits(splits) {
      return db.transaction(() => {
        let moved = 0
        for (const [id, split] of splits) {
          const source = sources.find(id)
          if (source === undefined) throw new Error(`split of source ${id}, which is not stored`)
          moved += groups.setSplit(source.key, split)
        }
        return moved
      })
    },
    pool(groupId) {
      const row = groups.find(groupId)
      return row && groups.loadPool(row)
    },

    contentHash() {
      const hash = createHash('sha256')
      for (const id of groupIds()) hash.update(id)
      return hash.digest('hex')
    },
    stats() {
      return readStats(db, this.contentHash())
    },
    contentProblems({ group, unit, source }) {
      const problems: string[] = []
      const id = groupId(unit.id, group)
      if (id !== group.id) problems.push(`the group's contents hash to ${id}`)
      if (createHash('sha256').update(source.text, 'utf8').digest('hex') !== source.id) {
        problems.push("the source's text does not hash to its id")
      }
      const contradiction = contradictionIn(unit, group)
      if (contradiction !== undefined && id === group.id) problems.push(contradiction)
      return problems
    },

    close,
  }
}

function sameOrigin(a: Origin, b: Origin): boolean {
  return a.dataset === b.dataset && a.split === b.split && a.row === b.row
}

/** The database keeps no record that cannot be true. */
function contradictionIn(unit: Unit, group: GroupRecord): string | undefined {
  if (group.id !== groupId(unit.id, group)) return 'its id does not fit its contents'
  if (group.inputs.length !== group.expected.length) return 'inputs and expected results differ in number'
  for (const [index, loser] of group.losers.entries()) {
    if (loser.class !== 'ast' && group.winners[loser.editedWinner] === undefined)
      return `loser ${index} is an edit of no stored winner`
    if (loser.class === 'malformed') continue
    const { witness, mutant } = loser
    const expected = group.expected[witness.inputIndex]
    if (expected === undefined) return `loser ${index} has its witness on no stored input`
    if (!sameResult(expected, witness.original))
      return `loser ${index}: its witness belies the original's result`
    if (sameResult(expected, witness.mutant))
      return `loser ${index} (${mutant.operator}): its witness shows no difference`
  }
  return undefined
}

function sameResult(a: ObservedResult, b: ObservedResult): boolean {
  return a.stdout === b.stdout && a.exit === b.exit && a.effects === b.effects
}
