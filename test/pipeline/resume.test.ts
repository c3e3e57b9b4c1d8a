import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'
import { descendants, isRunning } from '../processes.ts'

const SOURCES = ['programs/gcd-lcm-cases.c', 'programs/caesar.c', 'functions/booleans.c'].map((file) =>
  join(fixtureRoot, file),
)
const gepo = join(import.meta.dirname, '..', '..', 'bin', 'gepo.mjs')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-resume-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function startBuild(database: string, jobs: number): ChildProcess {
  const args = [
    'build',
    ...SOURCES,
    '--out',
    database,
    '--seed',
    '3',
    '--jobs',
    String(jobs),
    '--inputs',
    '4',
  ]
  // A group of its own, so that a kill reaches the compilers too, as a scheduler's would.
  return spawn(process.execPath, [gepo, ...args], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
}

const ended = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })

function summaryOf(database: string) {
  const store = openStore(database, { readonly: true })
  try {
    const { groups, units } = store.stats()
    return { contentHash: store.contentHash(), groups, units, pending: [...store.pendingUnits()].length }
  } finally {
    store.close()
  }
}

/** Units finished so far, -1 while there is no database yet, or it is being made. */
function unitsFinished(database: string): number {
  try {
    const store = openStore(database, { readonly: true })
    try {
      return store.finishedUnitCount()
    } finally {
      store.close()
    }
  } catch {
    return -1
  }
}

describe('a build', () => {
  it('gives the same groups on one job, on two, and when it is killed and resumed', {
    timeout: 600_000,
  }, async () => {
    const [one, two, killed] = ['one.db', 'two.db', 'killed.db'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    expect(await ended(startBuild(one, 1))).toEqual({ code: 0, signal: null })
    expect(await ended(startBuild(two, 2))).toEqual({ code: 0, signal: null })

    // By what is finished rather than by the clock: on a fast machine the whole build is a matter of seconds.
    let kills = 0
    for (const units of [0, 0, 1, 1, 2, 3]) {
      const child = startBuild(killed, 2)
      const end = ended(child)
      await expect
        .poll(() => child.exitCode !== null || unitsFinished(killed) >= units, {
          timeout: 120_000,
          interval: 5,
        })
        .toBe(true)
      const before = unitsFinished(killed)
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
      const how = await end
      if (how.signal === null) {
        expect(how.code).toBe(0)
        break
      }
      expect(how.signal).toBe('SIGKILL')
      kills++
      expect(unitsFinished(killed)).toBeGreaterThanOrEqual(before)
    }
    expect(kills).toBeGreaterThan(1)
    expect(await ended(startBuild(killed, 2))).toEqual({ code: 0, signal: null })

    const expected = summaryOf(one)
    expect(expected.groups).toBeGreaterThan(2)
    expect(expected.pending).toBe(0)
    expect(summaryOf(two)).toEqual(expected)
    expect(summaryOf(killed)).toEqual(expected)
  })

  it('stops soon on Ctrl-C with exit 130, keeps what was done, and says how to go on', {
    timeout: 120_000,
  }, async () => {
    const database = join(folder, 'interrupted.db')
    const child = startBuild(database, 1)
    let messages = ''
    child.stderr!.on('data', (chunk) => {
      messages += chunk
    })
    const end = ended(child)
    // While there is no database yet, or it is being made, reading it fails.
    const pending = () => summaryOf(database).pending
    await expect.poll(pending, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0)
    process.kill(child.pid!, 'SIGINT')
    expect(await end).toEqual({ code: 130, signal: null })
    expect(messages).toMatch(/To go on: gepo build/)
    expect(summaryOf(database).pending).toBeGreaterThan(0)
  })

  it('leaves no process behind when it is killed', async () => {
    const database = join(folder, 'orphans.db')
    const child = startBuild(database, 2)
    const end = ended(child)
    const workers = () =>
      ['compile-worker', '.unit-runner'].map((word) => descendants(child.pid!, word).length)
    await expect.poll(() => Math.min(...workers()), { timeout: 60_000, interval: 5 }).toBeGreaterThan(0)
    const left = descendants(child.pid!, '')
    child.kill('SIGKILL')
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' })
    // The sandboxes die with their starter, a compiler at the end of what it is compiling.
    await expect.poll(() => left.filter(isRunning), { timeout: 30_000, interval: 200 }).toEqual([])
    rmSync(database, { force: true })
  })
})
