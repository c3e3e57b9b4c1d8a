/** Groups out of the database, one at a time, in the order of their ids; and the sources that they are from. */
import { createHash } from 'node:crypto'
import { sampleIds } from '../base/sample-ids.ts'
import { UserError } from '../base/user-error.ts'
import type { StoredGroup } from '../records/group-record.ts'
import type { PoolEntry } from '../records/pool-entry.ts'
import type { Source } from '../records/source.ts'
import type { Split } from '../records/split.ts'
import { PAGE_ROWS, type Tables } from './tables.ts'

export interface GroupReader {
  groupCount(split?: Split): number
  /** Groups in the order of their ids, which does not depend on how they were built. */
  groups(selection?: GroupSelection): Generator<StoredGroup>
  group(id: string): StoredGroup | undefined
  /**
   * The one group whose id begins with these hex digits.
   * @throws UserError when there is none, or more than one
   */
  findGroup(prefix: string): StoredGroup
  /** What a group's losers were drawn from; undefined where it was stored before pools were kept. */
  pool(groupId: string): readonly PoolEntry[] | undefined
  hasSource(id: string): boolean
  source(id: string): Source | undefined
  /** Ids of the sources that have groups, ascending. */
  groupedSources(): readonly string[]
  /** sha256 over the sorted group ids: equal for equal contents, however they were built. */
  contentHash(): string
}

export interface GroupSelection {
  readonly split?: Split | undefined
  /** Draw that many, by `seed`. */
  readonly sample?: number | undefined
  readonly seed?: number | undefined
}

export function openGroupReader({ db, sources, units, groups }: Tables): GroupReader {
  function load(id: string): StoredGroup | undefined {
    const row = groups.find(id)
    if (row === undefined) return undefined
    const { unit, sourceKey } = units.load(row.unit_key)
    return { group: groups.load(row, unit.code), unit, source: sources.load(sourceKey) }
  }

  function* ids(split?: Split): Generator<string> {
    let page = groups.idsAfter('', PAGE_ROWS, split)
    while (page.length > 0) {
      yield* page
      page = groups.idsAfter(page.at(-1)!, PAGE_ROWS, split)
    }
  }

  return {
    groupCount: (split) => groups.count(split),
    *groups({ split, sample, seed = 0 } = {}) {
      const all = ids(split)
      for (const id of sample === undefined ? all : sampleIds(all, sample, seed)) yield load(id)!
    },
    group: load,
    findGroup(prefix) {
      if (!/^[0-9a-f]{1,64}$/i.test(prefix))
        throw new UserError(`"${prefix}" is not a group id; give its first hex digits, such as 3fa9c1.`)
      const [id, ...others] = groups.idsWithPrefix(prefix.toLowerCase(), 2)
      if (id === undefined) throw new UserError(`${db.path} has no group whose id begins with ${prefix}.`)
      if (others.length > 0)
        throw new UserError(`Several groups of ${db.path} begin with ${prefix}; give more digits.`)
      return load(id)!
    },
    pool(groupId) {
      const row = groups.find(groupId)
      return row && groups.loadPool(row)
    },
    hasSource: (id) => sources.find(id) !== undefined,
    source(id) {
      const found = sources.find(id)
      return found && sources.load(found.key)
    },
    groupedSources: () => sources.groupedIds(),
    contentHash() {
      const hash = createHash('sha256')
      for (const id of ids()) hash.update(id)
      return hash.digest('hex')
    },
  }
}
