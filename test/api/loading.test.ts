/** To import an entry costs little: it loads what its pure functions need, and nothing that compiles, runs or trains. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadedBy } from '../loaded-by.ts'

const API = join(import.meta.dirname, '../../src/api')

describe('an entry of the library', () => {
  it.each([
    { entry: 'index', folders: ['api', 'base', 'export', 'records', 'store'], packages: ['better-sqlite3'] },
    { entry: 'verify', folders: ['api', 'base'], packages: [] },
    { entry: 'judge', folders: ['api', 'base', 'judge', 'records', 'sandbox', 'syntax'], packages: [] },
    { entry: 'train', folders: ['api', 'base'], packages: [] },
  ])('$entry loads $folders', async ({ entry, folders, packages }) => {
    const loaded = await loadedBy(['-e', `import(${JSON.stringify(join(API, `${entry}.ts`))})`])
    expect(loaded).toMatchObject({ folders, packages })
    expect(loaded.modules).toBeLessThan(100)
  })
})
