/** What a command loads: commands that only read a database load nothing that compiles, runs or trains. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { processContext } from '../../src/cli/context.ts'
import { openStore } from '../../src/store/store.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { syntheticOutcome, syntheticRun, syntheticSource, syntheticUnit } from '../store/synthetic-records.ts'

const ROOT = join(import.meta.dirname, '../..')
const HOOK = join(import.meta.dirname, 'list-loaded.ts')
const folder = scratchFolder()
const db = join(folder, 'groups.db')

beforeAll(() => {
  const store = openStore(db)
  store.beginRun(syntheticRun)
  store.saveSource(syntheticSource(0))
  store.saveExtraction(syntheticSource(0).id, [syntheticUnit(0)], [])
  store.saveUnitOutcome(syntheticOutcome(0))
  store.finishRun()
  store.close()
})

/** The folders of src and the packages that `gepo` with these arguments loads. */
async function loadedBy(argv: readonly string[]) {
  const list = join(folder, 'loaded')
  await execa(process.execPath, ['--import', HOOK, join(ROOT, 'bin/gepo.mjs'), ...argv], {
    env: { LOADED_LIST: list },
  })
  const urls = readFileSync(list, 'utf8').split('\n')
  const named = (pattern: RegExp) =>
    [...new Set(urls.flatMap((url) => pattern.exec(url)?.slice(1) ?? []))].sort()
  return { folders: named(/\/src\/([^/]+)\//), packages: named(/\/node_modules\/([^/]+)\//) }
}

describe('what is loaded', () => {
  it.each([
    { argv: ['--help'], folders: ['base', 'cli'], packages: ['commander'] },
    { argv: ['doctor', '--help'], folders: ['base', 'cli', 'doctor'], packages: ['commander'] },
    {
      argv: ['stats', db],
      folders: ['base', 'cli', 'records', 'store'],
      packages: ['better-sqlite3', 'commander'],
    },
    {
      argv: ['show', db],
      folders: ['base', 'cli', 'group', 'records', 'store'],
      packages: ['better-sqlite3', 'commander', 'diff'],
    },
    {
      argv: ['export', db, '--out', '-'],
      folders: ['base', 'cli', 'export', 'records', 'store'],
      packages: ['better-sqlite3', 'commander'],
    },
  ])('by gepo $argv', async ({ argv, folders, packages }) => {
    expect(await loadedBy(argv)).toEqual({ folders, packages })
  })

  it('is named when it is a compiler’s wrapper', async () => {
    const { folders, packages } = await loadedBy(['verify', '--help'])
    expect(folders).toContain('execute')
    expect(packages).not.toContain('piscina')
  })
})

describe('the help of the program', () => {
  it.each(COMMANDS)('says of $name what its module declares', async ({ name, usage, load }) => {
    const command = new Command(name)
    const define = await load()
    define(command, processContext(), () => {})
    expect(command.usage()).toBe(usage)
  })
})
