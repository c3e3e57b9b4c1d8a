import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMPILERS } from '../../src/execute/choose-compiler.ts'
import { DEFAULT_UNIT_LIMITS } from '../../src/execute/unit-limits.ts'
import type { GroupSettings } from '../../src/group/build-group.ts'
import { openPool, type Pool } from '../../src/pipeline/open-pool.ts'
import type { Source } from '../../src/records/source.ts'
import { readSources } from '../../src/sources/read-sources.ts'
import { expectedReasons } from '../fixtures/expected-reasons.ts'
import { fixtureRoot, listFixtures } from '../fixtures/list-fixtures.ts'
import { defaultSettings } from '../group/default-settings.ts'

// It is the program itself that must not pass: a mutant of it may have lost what makes it hostile.
const settings: GroupSettings = { ...defaultSettings, subject: 'unit' }

const sources = new Map<string, Source>()
const dropped = new Map<string, string>()

beforeAll(async () => {
  for await (const item of readSources(`${fixtureRoot}/hostile`, { endings: ['.c'] })) {
    if (item.kind === 'source') sources.set(item.source.row, item.source)
    else dropped.set(item.row, item.reason)
  }
})

/** Why the file's program did not become a group; one reason for each unit or for the whole source. */
async function dropReasons(pool: Pool, name: string): Promise<string[]> {
  const source = sources.get(`${name}.c`)
  if (source === undefined) return [dropped.get(`${name}.c`) ?? 'not read']
  const { units, drops } = await pool.extract({ source, kinds: ['program'] })
  const outcomes = await Promise.all(units.map((unit) => pool.group({ unit, split: 'train', settings })))
  return [
    ...drops.map(({ reason }) => reason),
    ...outcomes.map(({ result }) => (result.kind === 'group' ? 'none: it is in a group' : result.reason)),
  ]
}

/** `not-c: syntax` is a `not-c`. */
const family = (reason: string) => reason.split(':')[0]

// The fast engine is for x86-64 alone.
const compilers = COMPILERS.filter((compiler) => compiler === 'spawn' || process.arch === 'x64')

describe.each(compilers)('by --compiler %s a hostile program', (compiler) => {
  let pool: Pool
  beforeAll(async () => {
    pool = await openPool({ jobs: 2, limits: DEFAULT_UNIT_LIMITS, compiler }, new AbortController().signal)
  })
  afterAll(() => pool.close())

  it.concurrent.each(listFixtures('hostile'))('$name is dropped for what it does', async ({ name, file }) => {
    const expected = expectedReasons(await readFile(file, 'latin1'))
    const reasons = await dropReasons(pool, name)
    expect(reasons).not.toEqual([])
    for (const reason of reasons) expect(expected).toContain(family(reason))
  })

  it('has touched nothing outside its sandbox', async () => {
    const traces = [...(await readdir(tmpdir())), ...(await readdir('.'))].filter((name) =>
      name.startsWith('gepo-hostile-'),
    )
    expect(traces).toEqual([])
    expect(existsSync('/etc/passwd')).toBe(true)
  })
})
