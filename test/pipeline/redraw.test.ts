import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processContext } from '../../src/cli/context.ts'
import { main } from '../../src/cli/main.ts'
import { openStore } from '../../src/store/store.ts'
import { capture } from '../cli/captured-context.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'

let folder: string
let built: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-redraw-'))
  built = join(folder, 'built.db')
  const sources = ['programs/gcd-lcm-cases.c', 'functions/booleans.c'].map((file) => join(fixtureRoot, file))
  await gepo('build', ...sources, '--out', built, '--inputs', '4', '--jobs', '1', '--losers', '3')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function gepo(...argv: string[]) {
  const [out, err] = [capture(), capture()]
  const exit = await main(argv, { ...processContext(), stdout: out.stream, stderr: err.stream })
  return { exit, stdout: out.text(), stderr: err.text() }
}

function contents(path: string) {
  const store = openStore(path, { readonly: true })
  try {
    const groups = [...store.groups()]
    return {
      hash: store.contentHash(),
      units: groups.map(({ unit }) => unit.id).toSorted(),
      sources: groups.map(({ source }) => source.text),
      losers: groups.map(({ group }) => group.losers.length),
      problems: groups.flatMap((stored) => store.contentProblems(stored)),
      pools: groups.map(({ group }) => store.pool(group.id)?.length),
    }
  } finally {
    store.close()
  }
}

it('makes a database of the same units with other losers, as often as it is asked the same', async () => {
  const [one, two] = [join(folder, 'one.db'), join(folder, 'two.db')]
  for (const path of [one, two]) {
    const done = await gepo(
      'redraw',
      built,
      '--out',
      path,
      '--losers',
      '2',
      '--select',
      'random',
      '--seed',
      '4',
      '--jobs',
      '1',
    )
    expect(done).toMatchObject({ exit: 0 })
  }
  const [before, after] = [contents(built), contents(one)]
  expect(after.hash).toBe(contents(two).hash)
  expect(after.hash).not.toBe(before.hash)
  expect(after.units).toEqual(before.units)
  expect(new Set(after.losers)).toEqual(new Set([2]))
  expect(after.problems).toEqual([])
  expect(after.pools.toSorted()).toEqual(before.pools.toSorted())
  expect(await gepo('verify', one, '--jobs', '1')).toMatchObject({ exit: 0 })
  // What is there is not drawn again, and another choice needs another file.
  const again = await gepo(
    'redraw',
    built,
    '--out',
    one,
    '--losers',
    '2',
    '--select',
    'random',
    '--seed',
    '4',
    '--json',
  )
  expect(JSON.parse(again.stdout)).toMatchObject({ kind: 'finished', units: 0 })
  const other = await gepo('redraw', built, '--out', one, '--losers', '2', '--select', 'hard', '--seed', '4')
  expect(other).toMatchObject({ exit: 2, stderr: expect.stringContaining('select "random"') })
})

it('refuses a class that the build has not looked for', async () => {
  const out = join(folder, 'classes.db')
  const { exit, stderr } = await gepo('redraw', built, '--out', out, '--classes', 'ast=1,malformed=1')
  expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining('class malformed') })
  expect(existsSync(out)).toBe(false)
})

it('refuses what is no way of choosing, and a database that is not there', async () => {
  const out = join(folder, 'none.db')
  expect(await gepo('redraw', built, '--out', out, '--select', 'best')).toMatchObject({ exit: 2 })
  expect(await gepo('redraw', built, '--out', out, '--classes', 'poison=1')).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('--classes'),
  })
  expect(await gepo('redraw', join(folder, 'missing.db'), '--out', out)).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('does not exist'),
  })
})
