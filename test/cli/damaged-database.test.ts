/** Databases that were changed by something else: every command that reads them answers, and none has a bug to report. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/base/random.ts'
import { openStore } from '../../src/store/store.ts'
import { scratchFolder } from '../scratch-folder.ts'
import {
  groupOfAllClasses,
  saveSynthetic,
  syntheticOutcome,
  syntheticPool,
  syntheticRun,
} from '../store/synthetic-records.ts'
import { run } from './captured-context.ts'

const folder = scratchFolder()
const intact = join(folder, 'intact.db')
const path = join(folder, 'groups.db')

const store = openStore(intact)
store.beginRun(syntheticRun)
for (let n = 0; n < 6; n++) {
  const outcome = syntheticOutcome(n)
  const result = { kind: 'group', group: groupOfAllClasses(n), pool: syntheticPool(n) } as const
  saveSynthetic(store, n, n < 3 ? outcome : { ...outcome, result })
}
store.finishRun()
store.close()

const COMMANDS = [
  ['stats', path],
  ['stats', path, '--json'],
  ['show', path],
  ['show', path, '--full', '--seed', '3'],
  ['export', path, '--out', '-'],
  ['audit', path],
  ['init-model', path, '--out', join(folder, 'model'), '--size', 'tiny'],
]

/** What each command says of the database that lies at `path` now. */
async function askAll(label: string): Promise<string[]> {
  const words: string[] = []
  for (const command of COMMANDS) {
    const { exit, stdout, stderr } = await run(command)
    const what = `${label}: gepo ${command[0]} ended with ${exit}: ${stderr.slice(0, 2000)}`
    expect([0, 1, 2, 3], what).toContain(exit)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
    expect(/[\x00-\x08\x0b-\x1f\x7f]/.test(command[0] === 'export' ? stderr : stdout + stderr), what).toBe(
      false,
    )
    if (exit === 2) {
      expect(
        stderr.split('\n').filter((line) => line.startsWith('gepo: ')),
        what,
      ).toHaveLength(1)
      words.push(stderr)
    }
  }
  return words
}

function edit(sql: string, ...values: unknown[]): void {
  copyFileSync(intact, path)
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  db.pragma('ignore_check_constraints = ON')
  db.prepare(sql).run(...values)
  db.close()
}

describe('a database that was changed', () => {
  it('is read where it was not', async () => {
    copyFileSync(intact, path)
    expect(await askAll('intact')).toEqual([])
  })

  it.each([
    ['a record that is no JSON', "UPDATE winners SET levels = '{' "],
    ['a record of another shape', 'UPDATE winners SET levels = \'{"O1": []}\' '],
    ['an input of another shape', "UPDATE inputs SET packed = x'006e756c6c'"],
    ['an ordinal out of range', 'UPDATE losers SET witness_input = 1000000 '],
    ['a loser at a level that there is not', "UPDATE losers SET level = 'O9' "],
    ['a class that there is not', "UPDATE losers SET class = 'css' "],
    ['results that are no text', "UPDATE executions SET effects = x'007b'"],
    ['a level that there is not', 'UPDATE winners SET levels = \'["O9"]\' '],
    ['an operator that moves the cursor', "UPDATE losers SET operator = char(27) || '[2J' || char(7) "],
    ['a reason that moves the cursor', "UPDATE mutants SET verdict = char(27) || '[2J' "],
    ['no texts', 'DELETE FROM blobs'],
    ['no units', 'DELETE FROM units'],
    ['no winners', 'DELETE FROM winners'],
    ['no runs', 'DELETE FROM runs'],
    ['a missing table', 'DROP TABLE losers'],
    ['an id of another length', "UPDATE groups SET id = x'00' WHERE key = 1"],
  ])('with %s', async (label, sql) => {
    edit(sql)
    await askAll(label)
  })

  it('by a view in the place of a table', async () => {
    edit('ALTER TABLE winners RENAME TO was')
    const db = new Database(path)
    db.exec('CREATE VIEW winners AS SELECT 1 AS group_key')
    db.close()
    expect((await askAll('a view')).join()).toMatch(/is damaged/)
  })

  it('by a text that would unpack to more than memory', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(400 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    edit('UPDATE blobs SET packed = ?', Buffer.concat([Buffer.of(1), bomb]))
    expect((await askAll('a bomb')).length).toBeGreaterThan(2)
  })

  it('by single bits', async () => {
    const bytes = readFileSync(intact)
    const random = createRandom('bits')
    let refused = 0
    for (let attempt = 0; attempt < 25; attempt++) {
      const flipped = Buffer.from(bytes)
      for (let n = 0; n < 20; n++) flipped[random.int(100, bytes.length - 1)]! ^= 1 << random.int(0, 7)
      writeFileSync(path, flipped)
      refused += (await askAll(`attempt ${attempt}`)).length
    }
    expect(refused).toBeGreaterThan(10)
  })
})
