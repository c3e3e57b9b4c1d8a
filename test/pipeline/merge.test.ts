import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { mergeDatabases } from '../../src/pipeline/merge.ts'
import { settle } from '../../src/pipeline/settle.ts'
import { groupId } from '../../src/records/group-id.ts'
import { openProblemsStore } from '../../src/store/problems/problems-store.ts'
import { openStore } from '../../src/store/store.ts'
import { run } from '../cli/captured-context.ts'
import { scratchFolder } from '../scratch-folder.ts'
import {
  type AstGroup,
  droppedOutcome,
  saveSynthetic,
  syntheticGroup,
  syntheticOutcome,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
  writeSyntheticDatabase,
} from '../store/synthetic-records.ts'
import { dumpDatabase } from './dump-database.ts'

const GEPO = join(import.meta.dirname, '../../bin/gepo.mjs')
const folder = scratchFolder()
const at = (name: string) => join(folder, name)

const merge = (paths: readonly string[], out: string, ...flags: string[]) =>
  run(['merge', ...paths, '--out', out, ...flags], { loadMerge: async () => mergeDatabases })

interface Part {
  readonly numbers?: readonly number[]
  readonly dropped?: readonly number[]
  readonly content?: Record<string, unknown>
  readonly config?: Record<string, unknown>
  readonly startedAt?: string
}

/** A database with groups of these numbers. */
function part(name: string, { numbers = [], dropped = [], content = {}, config = {} }: Part): string {
  const path = at(name)
  const store = openStore(path)
  store.beginRun({
    ...syntheticRun,
    config: { ...syntheticRun.config, ...config },
    contentConfig: { ...syntheticRun.contentConfig, ...content },
  })
  for (const n of numbers) saveSynthetic(store, n)
  for (const n of dropped) saveSynthetic(store, n, droppedOutcome(n))
  store.finishRun()
  store.close()
  return path
}

describe('shards of a build', () => {
  const gcd =
    'int gcd(int a, int b) {\n  while (b != 0) {\n    int r = a % b;\n    a = b;\n    b = r;\n  }\n  return a;\n}\n'
  const program = (body: string) =>
    `#include <stdio.h>\n${body}int main(void) {\n  int n;\n  if (scanf("%d", &n) != 1) return 1;\n  printf("%d\\n", value(n));\n  return 0;\n}\n`
  const digits =
    'int value(int n) {\n  int s = 0;\n  while (n > 0) {\n    s += n % 10;\n    n /= 10;\n  }\n  return s;\n}\n'
  const sources: Record<string, string> = {
    'a.c': program(digits),
    'b.c': `${gcd}int one(int x) {\n  if (x > 3) return x - 3;\n  return x + 7;\n}\n`,
    'c.c': `${gcd}int two(int x) {\n  if (x < 5) return x * 2;\n  return x - 1;\n}\n`,
    // The very text of a.c, a near-copy of it, and what is no C.
    'd.c': program(digits),
    'e.c': `// the sum of digits\n${program(digits).replaceAll('value', 'sum')}`,
    'f.c': 'int broken( {\n',
    'g.c': `${gcd}int three(int x) {\n  if (x == 4) return 9;\n  return x / 2;\n}\n`,
  }
  const options = ['--seed', '5', '--inputs', '4', '--levels', 'O0,O2', '--min-losers', '1', '--jobs', '2']
  const build = async (out: string, specs: readonly string[], ...flags: string[]) => {
    const { loadBuild } = { loadBuild: async () => (await import('../../src/pipeline/build.ts')).build }
    const { exit, stderr } = await run(['build', ...specs, '--out', at(out), ...options, ...flags], {
      loadBuild,
    })
    expect(exit, stderr).toBe(0)
    return at(out)
  }
  let whole: string

  beforeAll(async () => {
    mkdirSync(at('sources'))
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(at('sources'), name), text)
    whole = await build('whole.db', [at('sources')])
  }, 300_000)

  it('give what a build in one piece gives, in whatever order they are merged', {
    timeout: 300_000,
  }, async () => {
    expect(dumpDatabase(whole).groups!.length).toBeGreaterThan(3)
    const { read, extract } = statsOf(whole).drops
    expect([read, extract]).toMatchObject([{ duplicate: 1 }, { 'duplicate-unit': 2 }])
    for (const count of [2, 3]) {
      const shards = []
      for (let i = 1; i <= count; i++)
        shards.push(await build(`shard-${i}-${count}.db`, [at('sources')], '--shard', `${i}/${count}`))
      for (const [turn, order] of [shards, shards.toReversed()].entries()) {
        const out = at(`merged-${count}-${turn}.db`)
        // In two steps, too: what was merged is merged again.
        expect(await merge(order.slice(0, 1), out)).toMatchObject({ exit: 0 })
        expect(await merge(order, out)).toMatchObject({
          exit: 0,
          stderr: expect.not.stringContaining('shard'),
        })
        expect(dumpDatabase(out)).toEqual(dumpDatabase(whole))
      }
    }
    const store = openStore(at('merged-2-0.db'), { readonly: true })
    expect([...store.groups()].flatMap((group) => store.contentProblems(group))).toEqual([])
    store.close()
  })

  it('are what a build is in any order of its sources', { timeout: 300_000 }, async () => {
    const files = Object.keys(sources).map((name) => join(at('sources'), name))
    const forth = dumpDatabase(await build('forth.db', files))
    const back = dumpDatabase(await build('back.db', files.toReversed()))
    expect(back).toEqual(forth)
  })
})

const statsOf = (path: string) => {
  const store = openStore(path, { readonly: true })
  try {
    return store.stats()
  } finally {
    store.close()
  }
}

describe('a merge', () => {
  it('carries everything, once, however often it is repeated', async () => {
    const [a, b] = [part('a.db', { numbers: [1, 2, 3], dropped: [4] }), part('b.db', { numbers: [3, 5, 6] })]
    const out = at('ab.db')
    expect(await merge([a, b, a], out)).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('holds 5 groups of 6 units'),
    })
    const once = dumpDatabase(out)
    const inOne = part('one.db', { numbers: [1, 2, 3, 5, 6], dropped: [4] })
    expect(once).toEqual(settled(inOne))
    expect(runsOf(out)).toHaveLength(2)
    await merge([out, b, a], out)
    expect([dumpDatabase(out), runsOf(out).length]).toEqual([once, 2])
    expect(existsSync(`${out}.merging`)).toBe(false)
  })

  it('leaves its inputs as they are', async () => {
    const path = part('input.db', { numbers: [1] })
    const before = readFileSync(path)
    await merge([path], at('of-input.db'))
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('prefers a group to a drop and a drop to what is to do, whoever comes first', async () => {
    const group = part('group.db', { numbers: [7] })
    const drop = part('drop.db', { dropped: [7] })
    const pending = at('pending.db')
    const store = openStore(pending)
    store.beginRun(syntheticRun)
    store.saveSource(syntheticSource(7))
    store.saveExtraction(syntheticSource(7).id, [syntheticUnit(7)], [])
    store.finishRun()
    store.close()
    for (const [n, order] of [
      [group, drop, pending],
      [pending, drop, group],
      [drop, group],
    ].entries()) {
      const out = at(`preferred-${n}.db`)
      expect(await merge(order, out, '--allow-unfinished')).toMatchObject({ exit: 0 })
      expect(dumpDatabase(out)).toEqual(settled(group))
    }
    const out = at('preferred-drop.db')
    await merge([drop, pending], out, '--allow-unfinished')
    expect(dumpDatabase(out)).toEqual(settled(drop))
  })

  it('refuses other options, seeds and versions, saying what differs, unless that is wanted', async () => {
    const a = part('seed-1.db', { numbers: [1], content: { seed: 1 } })
    const b = part('seed-2.db', { numbers: [2], content: { seed: 2, levels: ['O3'] } })
    const out = at('seeds.db')
    const refused = await merge([b, a], out)
    expect(refused).toMatchObject({ exit: 2, stdout: '' })
    expect(refused.stderr).toMatch(
      /seed-1\.db was made with .*seed 1.*, and .*seed-2\.db with .*seed 2.*; .*--allow-mixed/,
    )
    expect(refused.stderr).toContain('levels ["O3"]')
    expect(existsSync(out)).toBe(false)
    expect(await merge([b, a], out, '--allow-mixed')).toMatchObject({ exit: 0 })
    expect(statsOf(out).groups).toBe(2)
  })

  it('of two groups of one unit keeps the one with the least id, and says so', async () => {
    const group = syntheticGroup(8)
    const contents: AstGroup = { ...group, losers: group.losers.slice(0, 1) }
    const other: AstGroup = { ...contents, id: groupId(syntheticUnit(8).id, contents) }
    const write = (name: string, outcome: AstGroup) => {
      const store = openStore(at(name))
      store.beginRun(syntheticRun)
      const result = { kind: 'group' as const, group: outcome, pool: [] }
      saveSynthetic(store, 8, { ...syntheticOutcome(8), result })
      store.finishRun()
      store.close()
      return at(name)
    }
    const files = [write('two.db', group), write('fewer.db', other)]
    const least = group.id < other.id ? files[0]! : files[1]!
    for (const [n, order] of [files, files.toReversed()].entries()) {
      const { stderr } = await merge(order, at(`least-${n}.db`))
      expect(stderr).toContain('1 units have different groups')
      expect(dumpDatabase(at(`least-${n}.db`))).toEqual(settled(least))
    }
  })

  it('refuses what is not done, or being written, unless that is wanted', async () => {
    const done = part('done.db', { numbers: [1] })
    const open = at('open.db')
    const store = openStore(open)
    store.beginRun(syntheticRun)
    saveSynthetic(store, 2)
    store.saveSource(syntheticSource(3))
    store.saveExtraction(syntheticSource(3).id, [syntheticUnit(3)], [])
    const out = at('with-open.db')
    expect(await merge([done, open], out)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(`open.db is being written by gepo process ${process.pid}`),
    })
    store.close()
    const refused = await merge([done, open], out)
    expect(refused.exit).toBe(2)
    expect(refused.stderr).toMatch(
      /open\.db is unfinished \(1 of its units are still to do\); .*--allow-unfinished/,
    )
    expect(await merge([done, open], out, '--allow-unfinished')).toMatchObject({ exit: 0 })
    expect(statsOf(out).unitsByState).toEqual({ group: 2, pending: 1 })

    const stopped = at('stopped.db')
    copyFileSync(done, stopped)
    const raw = new Database(stopped)
    raw.exec('UPDATE runs SET finished_at = NULL')
    raw.close()
    expect((await merge([stopped], at('of-stopped.db'))).stderr).toContain(
      'stopped before all sources were read',
    )
  })

  it('says which shards are not among the files', async () => {
    const shard = (index: number) =>
      part(`cut-${index}.db`, { numbers: [index], config: { shard: { index, count: 4 } } })
    const { exit, stderr } = await merge([shard(1), shard(3)], at('cut.db'))
    expect([exit, stderr]).toEqual([0, expect.stringContaining('shards 2/4, 4/4')])
  })

  it('refuses what is no database of groups, and a mixture of kinds', async () => {
    const groups = part('kind.db', { numbers: [1] })
    writeFileSync(at('text.db'), 'no database')
    openProblemsStore(at('kind-problems.db'), { readonly: false }).close()
    for (const [other, sentence] of [
      ['text.db', 'is not a SQLite database'],
      ['missing.db', 'does not exist'],
      ['kind-problems.db', 'merge each kind into a file of its own'],
    ] as const) {
      const { exit, stderr } = await merge([groups, at(other)], at('refused.db'))
      expect([exit, stderr]).toEqual([2, expect.stringContaining(sentence)])
    }
    expect(await merge([groups], at('nowhere/out.db'))).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('nowhere does not exist'),
    })
  })

  it('refuses a text that was changed, and names the file', async () => {
    const path = part('changed.db', { numbers: [1] })
    const raw = new Database(path)
    raw.exec("UPDATE blobs SET packed = x'0061' WHERE key = 3")
    raw.close()
    const { exit, stderr } = await merge([path], at('of-changed.db'))
    expect([exit, stderr]).toEqual([2, expect.stringContaining('changed.db is damaged')])
    expect(existsSync(at('of-changed.db'))).toBe(false)
  })

  it('says of which file the rows do not fit each other', async () => {
    for (const [n, damage] of [
      'DELETE FROM drops WHERE unit_key IS NOT NULL',
      'UPDATE units SET source_key = 77',
      'UPDATE winners SET ir_blob = 99',
      'DELETE FROM inputs',
      'DELETE FROM groups',
    ].entries()) {
      const path = part(`unfit-${n}.db`, { numbers: [1], dropped: [2] })
      const raw = new Database(path)
      raw.exec(`PRAGMA foreign_keys = OFF; ${damage}`)
      raw.close()
      const { exit, stderr } = await merge(
        [part(`fit-${n}.db`, { numbers: [3] }), path],
        at(`of-unfit-${n}.db`),
      )
      expect([damage, exit, stderr]).toEqual([
        damage,
        2,
        expect.stringMatching(new RegExp(`unfit-${n}\\.db (is damaged|holds a record)`)),
      ])
    }
  })

  it('adds to what a killed writer has left, and leaves what is not ours', async () => {
    const left = part('left.db', { numbers: [1] })
    const open = new Database(left)
    open.pragma('journal_mode = WAL')
    open.exec('UPDATE runs SET config = json(\'{"late": 1}\')')
    // As it lies on the disk while its writer has not closed it.
    for (const end of ['', '-wal']) copyFileSync(left + end, at(`killed-writer.db${end}`))
    open.close()
    const added = part('to-left.db', { numbers: [2] })
    expect(await merge([added], at('killed-writer.db'))).toMatchObject({ exit: 0 })
    expect(statsOf(at('killed-writer.db')).groups).toBe(2)
    expect(JSON.stringify(runsOf(at('killed-writer.db')))).toContain('late')

    const foreign = new Database(at('foreign.db'))
    foreign.pragma('journal_mode = WAL')
    foreign.exec('CREATE TABLE theirs (x)')
    const before = readFileSync(`${at('foreign.db')}-wal`)
    expect(await merge([added], at('foreign.db'))).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('of another program'),
    })
    expect(readFileSync(`${at('foreign.db')}-wal`).equals(before)).toBe(true)
    foreign.close()
  })

  it('follows a link to what it adds to, and refuses a folder', async () => {
    const real = part('real.db', { numbers: [1] })
    symlinkSync(real, at('link.db'))
    await merge([part('added.db', { numbers: [2] })], at('link.db'))
    expect(statsOf(real).groups).toBe(2)
    expect(await merge([real], folder)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('is a folder'),
    })
  })

  it('that was killed goes on, to the same contents; with other inputs it is begun anew', {
    timeout: 120_000,
  }, async () => {
    const files = [at('many-a.db'), at('many-b.db')]
    writeSyntheticDatabase(files[0]!, 560)
    part('many-b.db', { numbers: Array.from({ length: 560 }, (_, n) => n + 500) })
    const expected = at('unkilled.db')
    await merge(files, expected)
    const out = at('killed.db')
    let kills = 0
    for (const units of [0, 1, 561]) {
      const child = spawn(process.execPath, [GEPO, 'merge', ...files, '--out', out], { stdio: 'ignore' })
      const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
      while (child.exitCode === null && unitsMerged(out) < units) await setTimeout(5)
      child.kill('SIGKILL')
      if ((await ended) === 'SIGKILL') kills++
    }
    expect(kills).toBeGreaterThan(0)
    expect(await merge(files, out)).toMatchObject({ exit: 0 })
    expect(dumpDatabase(out)).toEqual(dumpDatabase(expected))

    copyFileSync(expected, `${at('other.db')}.merging`)
    await merge([part('small.db', { numbers: [1] })], at('other.db'))
    expect(statsOf(at('other.db')).groups).toBe(1)
  })
})

/** How far an unfinished merge has come, -1 before there is a table. */
function unitsMerged(out: string): number {
  if (!existsSync(`${out}.merging`)) return -1
  const db = new Database(`${out}.merging`, { readonly: true })
  try {
    return (db.prepare('SELECT count(*) AS n FROM units').get() as { n: number }).n
  } catch {
    return -1
  } finally {
    db.close()
  }
}

/** As it is after what all sources say together. */
function settled(path: string): Record<string, string[]> {
  const copy = `${path}.settled`
  copyFileSync(path, copy)
  const store = openStore(copy)
  settle(store)
  store.close()
  return dumpDatabase(copy)
}

function runsOf(path: string): unknown[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare('SELECT * FROM runs').all()
  } finally {
    db.close()
  }
}
