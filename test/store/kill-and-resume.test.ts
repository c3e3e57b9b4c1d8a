import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../src/store/store.ts'

const count = 1000
const writer = join(import.meta.dirname, 'write-outcomes.ts')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-kill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** SIGKILL `afterMs` after the writer's first word; true if it was still at work. */
async function writeAndKill(path: string, afterMs: number): Promise<boolean> {
  const child = execa(process.execPath, [writer, path, String(count)], { reject: false, buffer: false })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  await setTimeout(afterMs)
  child.kill('SIGKILL')
  return (await child).isTerminated
}

function read(path: string) {
  const raw = new Database(path)
  const integrity = raw.pragma('integrity_check', { simple: true })
  const dangling = raw.pragma('foreign_key_check')
  const finished = new Set(
    raw.prepare("SELECT hex(id) FROM units WHERE state <> 'pending'").pluck().all() as string[],
  )
  raw.close()
  const store = openStore(path, { readonly: true })
  const problems = [...store.groups()].flatMap((group) => store.contentProblems(group))
  const { unitsByState, groups, drops, contentHash } = store.stats()
  store.close()
  return { integrity, dangling, problems, unitsByState, groups, drops, contentHash, finished }
}

it('a writer killed ten times leaves whole units only, keeps each finished one, and ends with the same contents', async () => {
  const whole = join(folder, 'whole.db')
  await execa(process.execPath, [writer, whole, String(count)])
  const expected = read(whole)

  const killed = join(folder, 'killed.db')
  let finished = new Set<string>()
  let kills = 0
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await writeAndKill(killed, Math.random() * 80)) kills++
    const now = read(killed)
    expect(now).toMatchObject({ integrity: 'ok', dangling: [], problems: [] })
    expect(now.groups).toBe(now.unitsByState.group ?? 0)
    expect(now.drops['screen-original']?.crash ?? 0).toBe(now.unitsByState.dropped ?? 0)
    expect(finished.difference(now.finished)).toEqual(new Set())
    finished = now.finished
  }
  expect(kills).toBeGreaterThan(0)
  await execa(process.execPath, [writer, killed, String(count)])
  expect(read(killed)).toEqual(expected)
}, 120_000)
