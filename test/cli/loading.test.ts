/** What a command loads: commands that only read a database load nothing that compiles, runs or trains. */
import { join } from 'node:path'
import { Command } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { processContext } from '../../src/cli/context.ts'
import { openStore } from '../../src/store/store.ts'
import { loadedBy } from '../loaded-by.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { syntheticOutcome, syntheticRun, syntheticSource, syntheticUnit } from '../store/synthetic-records.ts'

const BIN = join(import.meta.dirname, '../../bin/gepo.mjs')
const db = join(scratchFolder(), 'groups.db')

beforeAll(() => {
  const store = openStore(db)
  store.beginRun(syntheticRun)
  store.saveSource(syntheticSource(0))
  store.saveExtraction(syntheticSource(0).id, [syntheticUnit(0)], [])
  store.saveUnitOutcome(syntheticOutcome(0))
  store.finishRun()
  store.close()
})

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
    { argv: ['view', '--help'], folders: ['base', 'cli'], packages: ['commander'] },
    {
      argv: ['view', db, '--out', join(scratchFolder(), 'pages'), '--sample', '1'],
      folders: ['base', 'cli', 'group', 'page', 'records', 'store', 'view'],
      packages: [
        'better-sqlite3',
        'commander',
        'devlop',
        'diff',
        'fastest-levenshtein',
        'highlight.js',
        'hono',
        'lowlight',
      ],
    },
    {
      argv: ['export', db, '--out', '-'],
      folders: ['base', 'cli', 'export', 'records', 'store'],
      packages: ['better-sqlite3', 'commander'],
    },
  ])('by gepo $argv', async ({ argv, folders, packages }) => {
    expect(await loadedBy([BIN, ...argv])).toMatchObject({ folders, packages })
  })

  it('is named when it is a compiler’s wrapper', async () => {
    const { folders, packages } = await loadedBy([BIN, 'verify', '--help'])
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
