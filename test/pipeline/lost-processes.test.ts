import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Compiler } from '../../src/execute/choose-compiler.ts'
import { DEFAULT_UNIT_LIMITS } from '../../src/execute/unit-limits.ts'
import type { GroupSettings } from '../../src/group/build-group.ts'
import { openPool, type Pool } from '../../src/pipeline/open-pool.ts'
import { readSources } from '../../src/sources/read-sources.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'
import { defaultSettings } from '../group/default-settings.ts'
import { descendants } from '../processes.ts'

const SOURCES = ['programs/caesar.c', 'functions/booleans.c']
const MINUTE = 60_000
const settings: GroupSettings = { ...defaultSettings, inputs: 8, seed: 3 }

async function groupsOf(pool: Pool): Promise<string[]> {
  const results: string[] = []
  for (const file of SOURCES)
    for await (const item of readSources(join(fixtureRoot, file), { endings: ['.c'] })) {
      if (item.kind === 'dropped') throw new Error(item.reason)
      const { units } = await pool.extract({ source: item.source, kinds: ['program', 'function'] })
      for (const unit of units) {
        const { result } = await pool.group({ unit, split: 'train', settings })
        results.push(`${unit.name} ${result.kind === 'group' ? result.group.id : result.reason}`)
      }
    }
  return results
}

async function withPool<T>(compiler: Compiler, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = await openPool(
    { jobs: 1, limits: DEFAULT_UNIT_LIMITS, compiler },
    new AbortController().signal,
  )
  try {
    return await work(pool)
  } finally {
    await pool.close()
  }
}

describe.runIf(process.arch === 'x64')('the fast engine', () => {
  it(
    'gives the groups that the reference gives, also when its processes are killed under it',
    async () => {
      const expected = await withPool('spawn', groupsOf)
      expect(expected.filter((result) => / [0-9a-f]{64}$/.test(result)).length).toBeGreaterThan(2)
      const killed = await withPool('worker', async (pool) => {
        // Starts what is to be killed: an engine that cannot even start says so.
        expect(await groupsOf(pool)).toEqual(expected)
        let kills = 0
        const killer = setInterval(() => {
          const victims = descendants(process.pid, ['compile-worker', '.unit-runner'][kills % 2]!)
          const victim = victims[kills % Math.max(1, victims.length)]
          if (victim === undefined) return
          process.kill(victim, 'SIGKILL')
          kills++
        }, 1000)
        try {
          // A build may be over before anything is killed.
          for (let builds = 0; builds < 20 && kills < 3; builds++)
            expect(await groupsOf(pool)).toEqual(expected)
        } finally {
          clearInterval(killer)
        }
        return kills
      })
      expect(killed).toBeGreaterThan(0)
    },
    4 * MINUTE,
  )
})
