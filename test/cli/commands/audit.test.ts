import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Audit } from '../../../src/audit/audit.ts'
import { groupId } from '../../../src/records/group-id.ts'
import type { GroupRecord } from '../../../src/records/group-record.ts'
import { openStore } from '../../../src/store/store.ts'
import {
  sha256,
  syntheticGroup,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
} from '../../store/synthetic-records.ts'
import { run } from '../captured-context.ts'

const GROUPS = 120
const GIVEAWAY = '  %t = freeze i32 %x\n'

/** Sources that differ in a number alone, so that all are one cluster; a distinct one for each where told. */
const sourceOf = (n: number, distinct: boolean) => {
  if (!distinct) return syntheticSource(n)
  const body = Array.from({ length: 30 }, (_, k) => {
    const digest = Number.parseInt(sha256(`${n} ${k}`).slice(0, 6), 16)
    return `  x ${['+=', '-=', '^=', '|='][digest % 4]} ${digest};\n`
  })
  const text = `int main(void) {\n  int x = 0;\n${body.join('')}  return x;\n}\n`
  return { ...syntheticSource(n), id: sha256(text), text }
}

function writeDatabase(path: string, how: { giveaway: boolean; distinct: boolean }): void {
  const store = openStore(path)
  store.beginRun(syntheticRun)
  for (let n = 0; n < GROUPS; n++) {
    const source = sourceOf(n, how.distinct)
    const unit = { ...syntheticUnit(n), sourceId: source.id, id: sha256(`unit ${source.id}`) }
    const { id: _, ...group } = syntheticGroup(n)
    const marked: Omit<GroupRecord, 'id'> = {
      ...group,
      losers: group.losers.map((loser) => ({
        ...loser,
        ir: how.giveaway ? loser.ir.replace('  br ', `${GIVEAWAY}  br `) : loser.ir,
      })),
    }
    store.saveSource(source)
    store.saveExtraction(source.id, [unit], [])
    const record = { id: groupId(unit.id, marked), ...marked }
    store.saveUnitOutcome({ unit, result: { kind: 'group', pool: [], group: record }, timings: {} })
  }
  store.finishRun()
  store.close()
}

let folder: string
let giveaway: string
let leaking: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-audit-'))
  giveaway = join(folder, 'giveaway.db')
  leaking = join(folder, 'leaking.db')
  writeDatabase(giveaway, { giveaway: true, distinct: true })
  writeDatabase(leaking, { giveaway: false, distinct: false })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('gepo audit', () => {
  it('finds the token that gives all losers away', async () => {
    const { exit, stdout } = await run(['audit', giveaway, '--json'])
    expect(exit).toBe(0)
    const { artefacts, members, clusters } = JSON.parse(stdout) as Audit
    expect(artefacts.normalised!.test.auc!.value).toBeGreaterThan(0.99)
    expect(artefacts.kept!.test.auc!.value).toBeGreaterThan(0.99)
    expect(artefacts.kept!.loserFeatures.map(({ ngram }) => ngram).join()).toContain('freeze')
    expect(members).toMatchObject({
      groups: GROUPS,
      winners: 2 * GROUPS,
      losers: 2 * GROUPS,
      splits: { train: 96, validation: 12, test: 12 },
    })
    expect(clusters).toMatchObject({ sources: GROUPS, clusters: 0, leaking: 0, leaks: [] })
  })

  it('ends with 1 where copies of a source lie in several splits, and says which', async () => {
    const { exit, stdout } = await run(['audit', leaking, '--json'])
    expect(exit).toBe(1)
    const { clusters } = JSON.parse(stdout) as Audit
    expect(clusters).toMatchObject({
      sources: GROUPS,
      clusters: 1,
      largest: GROUPS,
      leaking: 1,
      groupsInLeaking: GROUPS,
    })
    expect(clusters.leaks[0]!.splits).toEqual({ train: 96, validation: 12, test: 12 })
    expect(clusters.leaks[0]!.origins).toContain('test: synthetic all 0')
  })

  it('prints tables for people, progress on stderr', async () => {
    const { stdout, stderr } = await run(['audit', leaking])
    for (const text of [
      'near-copies in 12 test, 12 validation, 96 train',
      'by canonical IR',
      'names normalised',
      'ROR',
    ])
      expect(stdout).toContain(text)
    expect(stderr).toContain('comparing sources')
  })

  it('gives the same figures for the same seed', async () => {
    const [first, second] = [
      await run(['audit', giveaway, '--json']),
      await run(['audit', giveaway, '--json']),
    ]
    expect(second.stdout).toBe(first.stdout)
  })

  it('audits a database without groups', async () => {
    const path = join(folder, 'empty.db')
    const store = openStore(path)
    store.beginRun(syntheticRun)
    store.finishRun()
    store.close()
    const { exit, stdout } = await run(['audit', path])
    expect(exit).toBe(0)
    expect(stdout).toContain('nothing to learn from')
  })

  it('refuses what is no database', async () => {
    expect((await run(['audit', join(folder, 'missing.db')])).exit).toBe(2)
    expect((await run(['audit', giveaway, '--seed', 'x'])).exit).toBe(2)
  })
})
