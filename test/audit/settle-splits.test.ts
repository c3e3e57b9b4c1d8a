import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLeaks } from '../../src/audit/find-leaks.ts'
import { settleSplits } from '../../src/audit/settle-splits.ts'
import { sourceShingles } from '../../src/audit/source-shingles.ts'
import { splitOfSource } from '../../src/audit/source-splits.ts'
import { groupId } from '../../src/records/group-id.ts'
import type { Source } from '../../src/records/source.ts'
import type { Unit } from '../../src/records/unit.ts'
import { openAuditRows } from '../../src/store/audit-rows.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { sha256, syntheticGroup, syntheticUnit } from '../store/synthetic-records.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-splits-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A program of its own for each family; its copies have three statements more, each others. */
function sourceOf(family: number, copy: number): Source {
  const lines = Array.from(
    { length: 40 },
    (_, k) => `a[${(family * 7 + k * k) % 91}] ${'+-*'[(family + k) % 3]}= ${family + k};`,
  )
  for (const at of [3, 15, 27]) lines.splice(at + copy, 0, `b = ${10 * at + copy};`)
  const text = `int main(void) { ${lines.join(' ')} }`
  return { id: sha256(text), dataset: 'd', split: 's', row: `${family}.${copy}`, license: 'MIT', text }
}

const alone = ({ text }: Source) => splitOfSource(sourceShingles(text))

function save(store: Store, source: Source, n: number): void {
  const unit: Unit = {
    ...syntheticUnit(n),
    id: sha256(`unit ${source.id}`),
    sourceId: source.id,
    code: source.text,
  }
  const contents = { ...syntheticGroup(n), split: alone(source) }
  const group = { ...contents, id: groupId(unit.id, contents) }
  store.saveSource(source)
  store.saveExtraction(source.id, [unit], [])
  store.saveUnitOutcome({ unit, result: { kind: 'group', group, pool: [] }, timings: {} })
}

const splitsBySource = (store: Store) =>
  new Map([...store.groups()].map(({ group, source }) => [source.row, group.split]))

const families = Array.from({ length: 60 }, (_, family) => [0, 1, 2, 3].map((copy) => sourceOf(family, copy)))

describe('splits that are settled', () => {
  it('part no cluster of near-copies, and change no group', () => {
    const path = join(folder, 'groups.db')
    const store = openStore(path)
    for (const [n, source] of families.flat().entries()) save(store, source, n)
    const parted = families.filter((copies) => new Set(copies.map(alone)).size > 1)
    expect(parted.length).toBeGreaterThan(0)
    const contents = store.contentHash()
    const moved = settleSplits(store)
    expect(moved).toBeGreaterThanOrEqual(parted.length)
    expect(settleSplits(store)).toBe(0)
    expect(store.contentHash()).toBe(contents)
    const splits = splitsBySource(store)
    for (const copies of families) expect(new Set(copies.map(({ row }) => splits.get(row))).size).toBe(1)
    store.close()
    const rows = openAuditRows(path)
    expect(findLeaks(rows)).toMatchObject({ sources: 240, clusters: 60, largest: 4, leaking: 0 })
    rows.close()
  })

  it('are the same in whatever order the sources came, and for parts that were settled before', () => {
    const few = families.slice(0, 20).flat()
    const [once, twice] = ['once.db', 'twice.db'].map((name) => openStore(join(folder, name))) as [
      Store,
      Store,
    ]
    for (const [n, source] of few.entries()) save(once, source, n)
    settleSplits(once)
    for (const [n, source] of [...few.entries()].toReversed()) {
      save(twice, source, n)
      if (n % 25 === 0) settleSplits(twice)
    }
    settleSplits(twice)
    expect([...splitsBySource(twice)].sort()).toEqual([...splitsBySource(once)].sort())
    for (const store of [once, twice]) store.close()
  })

  it('leave a source that is like no other where it is by itself', () => {
    const store = openStore(join(folder, 'groups.db'))
    const sources = families.map(([first]) => first!)
    for (const [n, source] of sources.entries()) save(store, source, n)
    expect(settleSplits(store)).toBe(0)
    for (const source of sources) expect(splitsBySource(store).get(source.row)).toBe(alone(source))
    store.close()
  })
})
