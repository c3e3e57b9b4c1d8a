import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { groupId } from '../../src/records/group-id.ts'
import type { AstLoser, GroupRecord, IrLoser, Loser, MalformedLoser } from '../../src/records/group-record.ts'
import { packOutcome } from '../../src/store/pack-outcome.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from '../../src/store/schema.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import {
  droppedOutcome,
  groupOfAllClasses,
  syntheticGroup,
  syntheticOutcome,
  syntheticPool,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
} from './synthetic-records.ts'

let folder: string
let path: string
const opened: Store[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-store-'))
  path = join(folder, 'groups.db')
})
afterEach(() => {
  for (const store of opened.splice(0)) store.close()
  rmSync(folder, { recursive: true })
})

function open(options = {}): Store {
  const store = openStore(path, options)
  opened.push(store)
  return store
}

function close(store: Store): void {
  opened.splice(opened.indexOf(store), 1)
  store.close()
}

function save(store: Store, n: number): void {
  const source = syntheticSource(n)
  store.saveSource(source)
  store.saveExtraction(source.id, [syntheticUnit(n)], [])
}

function fill(store: Store, count: number): void {
  for (let n = 0; n < count; n++) {
    save(store, n)
    store.saveUnitOutcome(syntheticOutcome(n))
  }
}

describe('a group', () => {
  it('comes back as it went in, with its unit and source, after the database was closed', () => {
    const writer = open()
    fill(writer, 3)
    close(writer)
    expect(open({ readonly: true }).group(syntheticGroup(1).id)).toEqual({
      group: syntheticGroup(1),
      unit: syntheticUnit(1),
      source: syntheticSource(1),
    })
  })

  it('keeps code that is not the unit with the edit applied', () => {
    const store = open()
    save(store, 1)
    const { id: _, ...contents } = syntheticGroup(1)
    const [first, ...others] = contents.losers
    const changed = { ...contents, losers: [{ ...first!, code: '/* edited by hand */' }, ...others] }
    const group = { id: groupId(syntheticUnit(1).id, changed), ...changed }
    store.saveUnitOutcome({ unit: syntheticUnit(1), result: { kind: 'group', group, pool: [] }, timings: {} })
    expect(store.group(group.id)?.group).toEqual(group)
  })

  it('keeps what its losers were drawn from', () => {
    const store = open()
    fill(store, 2)
    expect(store.pool(syntheticGroup(1).id)).toEqual(syntheticPool(1))
    expect(store.pool('00'.repeat(32))).toBeUndefined()
  })

  it('is kept with a unit that another database gives', () => {
    const store = open()
    expect(() => store.saveUnit(syntheticUnit(1))).toThrow('is not stored')
    store.saveSource(syntheticSource(1))
    for (let time = 0; time < 2; time++) store.saveUnit(syntheticUnit(1))
    store.saveUnitOutcome(syntheticOutcome(1))
    expect(store.group(syntheticGroup(1).id)?.unit).toEqual(syntheticUnit(1))
    expect(store.stats().units).toBe(1)
  })

  it('keeps losers of every class, and an id that covers class, edited winner and message', () => {
    const store = open()
    save(store, 1)
    const group = groupOfAllClasses(1)
    store.saveUnitOutcome({ unit: syntheticUnit(1), result: { kind: 'group', group, pool: [] }, timings: {} })
    expect(store.group(group.id)?.group).toEqual(group)
    expect(store.contentProblems(store.group(group.id)!)).toEqual([])
    expect(store.stats().classes).toEqual({ ast: 1, ir: 1, malformed: 1 })
    const [ast, ir, malformed] = group.losers as [AstLoser, IrLoser, MalformedLoser]
    const idWith = (...losers: Loser[]) => groupId(syntheticUnit(1).id, { ...group, losers })
    expect(idWith(ast, ir, malformed)).toBe(group.id)
    for (const changed of [
      idWith(ast, ir, { ...malformed, message: 'another' }),
      idWith(ast, ir, { ...malformed, editedWinner: 0 }),
      idWith(ast, { ...ir, editedWinner: 0 }, malformed),
      idWith({ ...ir, class: 'ast', code: '', depth: null }, ir, malformed),
    ])
      expect(changed).not.toBe(group.id)
  })

  it('keeps no loser without its evidence', () => {
    const store = open()
    save(store, 1)
    const group = groupOfAllClasses(1)
    store.saveUnitOutcome({ unit: syntheticUnit(1), result: { kind: 'group', group, pool: [] }, timings: {} })
    close(store)
    const raw = new Database(path)
    for (const change of [
      "witness_input = NULL WHERE class = 'ast'",
      "witness_input = NULL WHERE class = 'ir'",
      "edited_winner = NULL WHERE class = 'ir'",
      "edited_winner = 0 WHERE class = 'ast'",
      "message = NULL WHERE class = 'malformed'",
      "witness_input = 0 WHERE class = 'malformed'",
      "class = 'malformed' WHERE class = 'ir'",
    ])
      expect(() => raw.exec(`UPDATE losers SET ${change}`)).toThrow('CHECK constraint failed')
    raw.close()
  })

  it('keeps the calls of a function as C text beside its inputs, outside of its id', () => {
    const store = open()
    save(store, 1)
    const group = { ...syntheticGroup(1), callTexts: ['f(1)', 'f(2)'] }
    store.saveUnitOutcome({ unit: syntheticUnit(1), result: { kind: 'group', group, pool: [] }, timings: {} })
    expect(store.group(syntheticGroup(1).id)?.group).toEqual(group)
  })

  it('is found by the first digits of its id', () => {
    const store = open()
    fill(store, 40)
    const { id } = syntheticGroup(7)
    expect(store.findGroup(id.slice(0, 12)).group.id).toBe(id)
    expect(() => store.findGroup('')).toThrow('is not a group id')
    expect(() => store.findGroup('main')).toThrow('"main" is not a group id')
    expect(() => store.findGroup('00000000000000')).toThrow('has no group whose id begins with')
    const shared = [...store.groups()].map(({ group }) => group.id[0]!)
    const twice = shared.find((digit, i) => shared.indexOf(digit) !== i)!
    expect(() => store.findGroup(twice)).toThrow('give more digits')
  })

  it('is refused when it contradicts itself', () => {
    const store = open()
    save(store, 1)
    const group = syntheticGroup(1)
    const refuse = (changed: GroupRecord) => () =>
      store.saveUnitOutcome({
        unit: syntheticUnit(1),
        result: { kind: 'group', group: changed, pool: [] },
        timings: {},
      })
    const refresh = ({ id: _, ...contents }: GroupRecord) => ({
      id: groupId(syntheticUnit(1).id, contents),
      ...contents,
    })
    const witnessed = (witness: object) =>
      refresh({
        ...group,
        losers: syntheticGroup(1).losers.map((loser) => ({
          ...loser,
          witness: { ...loser.witness, ...witness },
        })),
      })
    expect(refuse({ ...group, inputs: group.inputs.toReversed() })).toThrow('its id does not fit')
    expect(refuse(refresh({ ...group, inputs: [] }))).toThrow('differ in number')
    expect(refuse(witnessed({ inputIndex: 7 }))).toThrow('on no stored input')
    expect(refuse(witnessed({ inputIndex: 1 }))).toThrow("belies the original's result")
    expect(refuse(witnessed({ mutant: syntheticGroup(1).losers[0]!.witness.original }))).toThrow(
      'shows no difference',
    )
    const ofNoWinner = groupOfAllClasses(1).losers.map((loser) =>
      loser.class === 'ast' ? loser : { ...loser, editedWinner: 3 },
    )
    expect(refuse(refresh({ ...group, losers: ofNoWinner }))).toThrow('an edit of no stored winner')
    expect([...store.groups()]).toEqual([])
  })

  it('is told from one whose stored text was changed behind our back', () => {
    const store = open()
    fill(store, 1)
    close(store)
    const raw = new Database(path)
    raw.prepare(`UPDATE winners SET levels = '["O3"]' WHERE ordinal = 0`).run()
    raw.close()
    const reader = open({ readonly: true })
    const [stored] = reader.groups()
    expect(reader.contentProblems(stored!)).toEqual([expect.stringContaining("the group's contents hash to")])
  })

  it('has no problems when intact', () => {
    const store = open()
    fill(store, 5)
    for (const stored of store.groups()) expect(store.contentProblems(stored)).toEqual([])
  })
})

describe('groups', () => {
  it('come in the order of their ids, whatever the order of work, and hash to the same contents', () => {
    const forward = open()
    fill(forward, 30)
    const there = [...forward.groups()].map(({ group }) => group.id)
    const hash = forward.contentHash()
    close(forward)
    rmSync(path)

    const backward = open()
    for (let n = 29; n >= 0; n--) save(backward, n)
    for (let n = 0; n < 30; n++) backward.saveUnitOutcome(syntheticOutcome(n))
    expect([...backward.groups()].map(({ group }) => group.id)).toEqual(there)
    expect(there).toEqual(there.toSorted())
    expect(backward.contentHash()).toBe(hash)
  })

  it('hash to other contents when one is missing', () => {
    const store = open()
    fill(store, 2)
    const two = store.contentHash()
    save(store, 2)
    store.saveUnitOutcome(syntheticOutcome(2))
    expect(store.contentHash()).not.toBe(two)
  })

  it('are drawn by seed, the same ones each time', () => {
    const store = open()
    fill(store, 30)
    const draw = (seed: number) => [...store.groups({ sample: 5, seed })].map(({ group }) => group.id)
    expect(draw(1)).toHaveLength(5)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect([...store.groups({ sample: 100 })]).toHaveLength(30)
  })

  it('are chosen by split', () => {
    const store = open()
    fill(store, 30)
    expect([...store.groups({ split: 'test' })].map(({ source }) => source.row).toSorted()).toEqual([
      '0',
      '10',
      '20',
    ])
    expect(store.groupCount('test')).toBe(3)
    expect(store.groupCount()).toBe(30)
  })

  it('can be saved while they are read', () => {
    const store = open()
    fill(store, 3)
    save(store, 100)
    for (const unit of store.pendingUnits()) {
      expect(unit).toEqual(syntheticUnit(100))
      store.saveUnitOutcome(syntheticOutcome(100))
    }
    expect(store.groupCount()).toBe(4)
  })
})

describe('work', () => {
  it('that is done is never done twice', () => {
    const store = open()
    save(store, 1)
    expect(store.saveUnitOutcome(syntheticOutcome(1))).toBe('saved')
    expect(store.saveUnitOutcome(droppedOutcome(1))).toBe('already-finished')
    expect(store.stats()).toMatchObject({ groups: 1, drops: {} })
    expect(store.finishedUnitCount()).toBe(1)
    expect([1, 2].map((n) => store.isUnitFinished(syntheticUnit(n).id))).toEqual([true, false])
  })

  it('that a thread has packed is stored as it is', () => {
    const store = open()
    save(store, 1)
    expect(store.savePackedOutcome(structuredClone(packOutcome(syntheticOutcome(1))))).toBe('saved')
    expect(store.group(syntheticGroup(1).id)?.group).toEqual(syntheticGroup(1))
  })

  it('that is left goes on where it stopped', () => {
    const first = open()
    expect(first.saveSource(syntheticSource(1))).toBe('extract')
    save(first, 2)
    close(first)
    const second = open()
    expect(second.saveSource(syntheticSource(1))).toBe('extract')
    expect(second.saveSource(syntheticSource(2))).toBe('extracted')
    expect([...second.pendingUnits()]).toEqual([syntheticUnit(2)])
    expect(second.hasSource(syntheticSource(1).id)).toBe(true)
    expect(second.hasSource(syntheticSource(3).id)).toBe(false)
  })

  it('on units that come while pending ones are read is handed out too', () => {
    const store = open()
    save(store, 1)
    const seen: string[] = []
    for (const unit of store.pendingUnits()) {
      if (seen.length === 0) save(store, 2)
      seen.push(unit.id)
    }
    expect(seen).toEqual([syntheticUnit(1).id, syntheticUnit(2).id])
  })
})

describe('a drop', () => {
  it('is kept with stage and reason, once, however often the run is repeated', () => {
    for (let run = 0; run < 2; run++) {
      const store = open()
      store.saveReadDrop({ dataset: 'd', split: 's', row: '9', reason: 'empty', detail: '' })
      expect(store.saveSource({ ...syntheticSource(1), row: 'first' })).toBe(
        run === 0 ? 'extract' : 'extracted',
      )
      expect(store.saveSource({ ...syntheticSource(1), row: 'second' })).toBe('duplicate')
      store.saveExtraction(
        syntheticSource(1).id,
        [syntheticUnit(1)],
        [
          { stage: 'extract', reason: 'variadic', detail: 'f takes ...', part: 'f' },
          { stage: 'extract', reason: 'variadic', detail: 'g takes ...', part: 'g' },
        ],
      )
      store.saveUnitOutcome(droppedOutcome(1))
      expect(store.stats().drops).toEqual({
        read: { empty: 1, duplicate: 1 },
        extract: { variadic: 2 },
        'screen-original': { crash: 1 },
      })
      close(store)
    }
  })

  it('tells of a unit that an earlier source gave already', () => {
    const store = open()
    save(store, 1)
    store.saveSource(syntheticSource(2))
    expect(store.saveExtraction(syntheticSource(2).id, [syntheticUnit(1), syntheticUnit(2)], [])).toEqual([
      syntheticUnit(2),
    ])
    expect(store.stats().drops).toEqual({ extract: { 'duplicate-unit': 1 } })
  })
})

describe('a run', () => {
  it('with other options or versions is refused, with both values named', () => {
    const store = open()
    store.beginRun(syntheticRun)
    store.finishRun()
    store.beginRun({ ...syntheticRun, jobs: 8, environment: { node: '26.0.0' } })
    const begin = (change: object) => () => store.beginRun({ ...syntheticRun, ...change })
    expect(begin({ contentConfig: { ...syntheticRun.contentConfig, seed: 2 } })).toThrow(
      `${path} was built with seed 1, this run has seed 2; use the same options, or another --out.`,
    )
    expect(begin({ contentConfig: { ...syntheticRun.contentConfig, limits: { cpuMs: 1 } } })).toThrow(
      'limits.cpuMs 2000',
    )
    expect(begin({ versions: { ...syntheticRun.versions, clang: '20.1.0' } })).toThrow(UserError)
    expect(store.stats().runs).toEqual({ started: 2, finished: 1 })
  })

  it('keeps its seconds with every outcome, so that a killed one has them too', () => {
    const store = open()
    store.beginRun(syntheticRun)
    fill(store, 1)
    expect(store.stats().seconds).toBeGreaterThan(0)
    expect(store.stats().jobs).toBe(2)
  })
})

describe('figures', () => {
  it('count members, drops, operators, levels and verdicts', () => {
    const store = open()
    fill(store, 3)
    save(store, 3)
    store.saveUnitOutcome(droppedOutcome(3))
    save(store, 4)
    expect(store.stats()).toEqual({
      sources: 5,
      units: 5,
      groups: 3,
      winners: 6,
      losers: 6,
      drops: { 'screen-original': { crash: 1 } },
      operators: { ROR: 6 },
      levels: { O0: 3, O1: 3, O2: 3, O3: 3 },
      classes: { ast: 6 },
      seconds: 0,
      jobs: 0,
      contentHash: store.contentHash(),
      unitsByKind: { program: 5 },
      unitsByState: { dropped: 1, group: 3, pending: 1 },
      splits: { test: 1, train: 1, validation: 1 },
      winnersPerGroup: { '2': 3 },
      distinctWinnersPerGroup: { '3': 3 },
      losersPerGroup: { '2': 3 },
      loserLevels: { O0: 6 },
      mutantVerdicts: { different: 6, 'no-difference': 3 },
      stageMs: { losers: 60, compile: 40 },
      runs: { started: 0, finished: 0 },
      groupsPerSecondAndCore: 0,
    })
  })
})

describe('a database', () => {
  it('at rest is one plain file that reads from a copy', () => {
    const store = open()
    fill(store, 2)
    close(store)
    expect(readdirSync(folder)).toEqual(['groups.db'])
    copyFileSync(path, join(folder, 'copy.db'))
    path = join(folder, 'copy.db')
    expect(open({ readonly: true }).groupCount()).toBe(2)
  })

  it('of an older form is brought up to date by the next build, and asks for it when it is only read', () => {
    const raw = new Database(path)
    raw.exec(MIGRATIONS[0]!)
    raw.exec(`PRAGMA user_version = 1; PRAGMA application_id = ${APPLICATION_ID}`)
    raw.close()
    expect(() => open({ readonly: true })).toThrow(
      `${path} has form 1, this gepo reads form ${SCHEMA_VERSION}; gepo build with the same options`,
    )
    const store = open()
    fill(store, 2)
    close(store)
    expect(open({ readonly: true }).groupCount()).toBe(2)
  })

  it('of the form before loser classes keeps its losers', () => {
    const raw = new Database(path)
    for (const migration of MIGRATIONS.slice(0, 2)) raw.exec(migration)
    raw.exec(`PRAGMA user_version = 2; PRAGMA application_id = ${APPLICATION_ID}`)
    const hash = (n: number) => `X'${String(n).repeat(64)}'`
    raw.exec(`
      INSERT INTO blobs VALUES (1, ${hash(1)}, X'00'), (2, ${hash(2)}, X'00');
      INSERT INTO sources VALUES (1, ${hash(1)}, 'd', 's', 'r', 'MIT', 1, 1);
      INSERT INTO units VALUES (1, ${hash(1)}, 1, 'program', 'main', 1, 'gnu17', 1, 'group', '{}');
      INSERT INTO groups VALUES (1, ${hash(1)}, 1, 'train', 1, 1, 1, 1);
      INSERT INTO inputs VALUES (1, 0, X'00', NULL);
      INSERT INTO winners VALUES (1, 0, 1, '["O0"]', 1);
      INSERT INTO losers VALUES (1, 0, ${hash(3)}, 'ROR', 1, 2, '<', '>', 1, NULL, 2, 'O0', 'ast', 0.125, 0, 0);`)
    raw.close()
    close(open())
    const after = new Database(path)
    expect(after.prepare('SELECT * FROM losers').all()).toMatchObject([
      {
        operator: 'ROR',
        class: 'ast',
        ir_blob: 2,
        witness_input: 0,
        edited_winner: null,
        message: null,
        line_distance: 0.125,
        token_distance: null,
        difficulty: 0.875,
      },
    ])
    expect(after.pragma('foreign_key_check')).toEqual([])
    after.close()
  })

  it('can be read while it is written', () => {
    const writer = open()
    fill(writer, 2)
    const reader = open({ readonly: true })
    expect(reader.groupCount()).toBe(2)
    save(writer, 2)
    writer.saveUnitOutcome(syntheticOutcome(2))
    expect(reader.groupCount()).toBe(3)
    expect(() => reader.saveSource(syntheticSource(9))).toThrow('cannot be written')
  })
})
