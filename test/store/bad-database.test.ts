import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { openStore } from '../../src/store/store.ts'
import { saveSynthetic } from './synthetic-records.ts'

const isRoot = process.getuid?.() === 0
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-bad-'))
  path = join(folder, 'groups.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

function userErrorOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  throw new Error('no error was thrown')
}

function makeDatabase(groups = 1): void {
  const store = openStore(path)
  saveGroups(store, groups)
  store.close()
}

function saveGroups(store: ReturnType<typeof openStore>, groups: number): void {
  for (let n = 0; n < groups; n++) saveSynthetic(store, n)
}

describe('what is not our database is refused, and left as it is', () => {
  const both = [{ readonly: true }, { readonly: false }]

  it.each(both)('a text file (%o)', (options) => {
    writeFileSync(path, 'int main(void) { return 0; }\n'.repeat(100))
    const before = readFileSync(path)
    expect(userErrorOf(() => openStore(path, options))).toContain('is not a SQLite database')
    expect(readFileSync(path)).toEqual(before)
  })

  it.each(both)('a database of another program (%o)', (options) => {
    const other = new Database(path)
    other.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA application_id = 7')
    other.close()
    const before = readFileSync(path)
    expect(userErrorOf(() => openStore(path, options))).toContain('SQLite database of another program')
    expect(readFileSync(path)).toEqual(before)
  })

  it.each(both)('a database of a newer version, both versions named (%o)', (options) => {
    makeDatabase()
    const raw = new Database(path)
    raw.pragma('user_version = 1000')
    raw.close()
    const before = readFileSync(path)
    expect(userErrorOf(() => openStore(path, options))).toMatch(
      /has form 1000 .* up to form \d+; update gepo/,
    )
    expect(readFileSync(path)).toEqual(before)
  })

  it.each(both)('an empty name (%o)', (options) => {
    expect(userErrorOf(() => openStore('', options))).toBe('The name of the database is empty; name a file.')
  })

  it.each(both)('a file taken for a folder, and a name too long (%o)', (options) => {
    writeFileSync(path, '')
    expect(() => openStore(join(path, 'groups.db'), options)).toThrow(UserError)
    expect(userErrorOf(() => openStore(join(folder, 'x'.repeat(300)), options))).toContain('(ENAMETOOLONG)')
  })

  it.each(both)('a folder (%o)', (options) => {
    expect(userErrorOf(() => openStore(folder, options))).toBe(`${folder} is a folder; name a database file.`)
  })
})

describe('reading', () => {
  it('asks to build what is missing, and does not make it', () => {
    expect(userErrorOf(() => openStore(path, { readonly: true }))).toBe(
      `${path} does not exist; make it with gepo build <source> --out ${path}.`,
    )
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('finds no groups in an empty file', () => {
    writeFileSync(path, '')
    expect(userErrorOf(() => openStore(path, { readonly: true }))).toContain('holds no groups')
  })

  it('tells damage: pages overwritten', () => {
    makeDatabase(50)
    const file = openSync(path, 'r+')
    for (let page = 4; page < 40; page++) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
    closeSync(file)
    expect(
      userErrorOf(() => {
        const store = openStore(path, { readonly: true })
        try {
          for (const _ of store.groups());
        } finally {
          store.close()
        }
      }),
    ).toContain(`${path} is damaged`)
  })

  it('tells damage: a text that does not fit its hash', () => {
    makeDatabase()
    const raw = new Database(path)
    raw.exec("UPDATE blobs SET packed = x'0041' WHERE key = 2")
    raw.close()
    const store = openStore(path, { readonly: true })
    expect(userErrorOf(() => [...store.groups()])).toContain('does not fit its hash')
    store.close()
  })
})

describe('writing', () => {
  it('asks for a folder that exists', () => {
    expect(userErrorOf(() => openStore(join(folder, 'nowhere', 'groups.db')))).toBe(
      `The folder ${join(folder, 'nowhere')} does not exist; make it, or name another file.`,
    )
  })

  it('is for one at a time, and the second is told who the first is', () => {
    const first = openStore(path)
    expect(userErrorOf(() => openStore(path))).toContain(`is being written by gepo process ${process.pid} on`)
    first.close()
    openStore(path).close()
  })

  it.each(['file', 'folder'])('needs a writable %s', (what) => {
    makeDatabase()
    // Root writes everywhere, so that the attempt is another user's.
    if (isRoot) for (const item of [folder, path]) chownSync(item, 65534, 65534)
    chmodSync(path, what === 'file' ? 0o444 : 0o644)
    chmodSync(folder, what === 'folder' ? 0o555 : 0o755)
    const module = join(import.meta.dirname, '../../src/store/store.ts')
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `${isRoot ? 'process.setgid(65534); process.setuid(65534);' : ''}
         const { openStore } = await import(${JSON.stringify(module)})
         const reader = openStore(${JSON.stringify(path)}, { readonly: true })
         console.log(reader.groupCount())
         reader.close()
         try { openStore(${JSON.stringify(path)}) } catch (error) { console.log(error.name, error.message) }`,
      ],
      { encoding: 'utf8' },
    )
    chmodSync(folder, 0o755)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^1\nUserError .*groups\.db cannot be (written|opened); /)
  })

  it('on a full disk ends with one sentence, and what was saved before stays', ({ skip }) => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      skip('mounting a small disk needs root')
    }
    try {
      path = join(disk, 'groups.db')
      const store = openStore(path)
      expect(userErrorOf(() => saveGroups(store, 10_000))).toContain('is full; free some space')
      const { groups } = store.stats()
      store.close()
      expect(groups).toBeGreaterThan(0)

      const reader = openStore(path, { readonly: true })
      expect(reader.groupCount()).toBe(groups)
      for (const stored of reader.groups()) expect(reader.contentProblems(stored)).toEqual([])
      reader.close()
      const raw = new Database(path)
      expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
      raw.close()
    } finally {
      execFileSync('umount', [disk])
    }
  })
})
