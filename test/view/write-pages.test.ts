/** Pages as files: one group or a sample, each a file that names no other host. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../cli/captured-context.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { writeSyntheticDatabase } from '../store/synthetic-records.ts'
import { writeHostileDatabase } from './hostile-database.ts'

const folder = scratchFolder()
const path = join(folder, 'groups.db')
writeSyntheticDatabase(path, 12)
let next = 0
const newOut = () => join(folder, `out-${next++}`)
const read = (out: string, file: string) => readFileSync(join(out, file), 'utf8')

describe('gepo view --out', () => {
  it('writes a sample with its list, each group beside the next', async () => {
    const out = newOut()
    const { exit, stdout } = await run(['view', path, '--out', out, '--sample', '5', '--seed', '3'])
    expect([exit, stdout]).toEqual([0, `5 groups in ${out}; open ${join(out, 'index.html')}\n`])
    const pages = readdirSync(out).filter((file) => file !== 'index.html')
    expect(pages).toHaveLength(5)
    const list = read(out, 'index.html')
    for (const page of pages) expect(list).toContain(`href="${page}"`)
    const links = pages.flatMap((page) =>
      [...read(out, page).matchAll(/rel="(?:next|prev)" href="([^"]+)"/g)].map(([, to]) => to),
    )
    expect(links).toHaveLength(8)
    expect(links.every((to) => pages.includes(to!))).toBe(true)
  })

  it('draws the same sample by the same seed', async () => {
    const [first, second] = [newOut(), newOut()]
    for (const out of [first, second]) await run(['view', path, '--out', out, '--sample', '4', '--seed', '9'])
    expect(readdirSync(first)).toEqual(readdirSync(second))
    expect(read(first, 'index.html')).toBe(read(second, 'index.html'))
  })

  it('writes one group, by the first digits of its id, that leads nowhere', async () => {
    const sample = newOut()
    await run(['view', path, '--out', sample, '--sample', '1'])
    const [id] = readdirSync(sample).filter((file) => file !== 'index.html')
    const out = newOut()
    await run(['view', path, '--out', out, '--group', id!.slice(0, 8)])
    expect(readdirSync(out)).toEqual(['index.html'])
    expect(read(out, 'index.html').match(/href="(?!#|data:)[^"]*"/g)).toBe(null)
  })

  it('names no other host, and nothing of a server', async () => {
    const out = newOut()
    const hostile = join(folder, 'hostile.db')
    const { hostileId } = writeHostileDatabase(hostile)
    await run(['view', hostile, '--out', out, '--sample', '11'])
    for (const file of ['index.html', `${hostileId}.html`]) {
      const page = read(out, file)
      expect(page).not.toMatch(/(?:src|href)="(?:\/|https?:)/)
      expect(page).not.toContain('data-ask="')
      expect(page).not.toContain('<img')
      expect(page.match(/<script>/g)).toHaveLength(1)
    }
  })

  it.each([
    { flags: ['--out', join(folder, 'x')], says: 'give either --group or --sample' },
    {
      flags: ['--out', join(folder, 'x'), '--group', 'ab', '--sample', '3'],
      says: 'give either --group or --sample',
    },
    { flags: ['--group', 'ab'], says: 'name a folder for them by --out' },
    { flags: ['--out', join(folder, 'x'), '--sample', '3', '--run', 'runs'], says: 'gepo report' },
    { flags: ['--out', folder, '--sample', '3'], says: 'name a new or an empty folder' },
    { flags: ['--out', path, '--sample', '3'], says: 'is a file' },
    { flags: ['--out', join(folder, 'y'), '--group', 'zz'], says: 'is not a group id' },
  ])('refuses $flags', async ({ flags, says }) => {
    const { exit, stderr } = await run(['view', path, ...flags])
    expect(exit).toBe(2)
    expect(stderr).toContain(says)
  })
})

describe('gepo view', () => {
  it.each([
    { make: () => join(folder, 'nowhere.db'), says: 'does not exist' },
    {
      make: () => {
        const file = join(folder, 'text.db')
        writeFileSync(file, 'no database\n'.repeat(100))
        return file
      },
      says: 'is not a SQLite database',
    },
    {
      make: () => {
        const run = join(folder, 'runs/a')
        mkdirSync(run, { recursive: true })
        writeFileSync(join(run, 'metrics.jsonl'), '')
        return join(folder, 'runs')
      },
      says: 'name it by --run',
    },
    { make: () => folder, says: 'is a folder' },
  ])('says what is wrong with what $says', async ({ make, says }) => {
    const { exit, stderr } = await run(['view', make()])
    expect(exit).toBe(2)
    expect(stderr).toContain(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('asks for something to show', async () => {
    const { exit, stderr } = await run(['view'])
    expect(exit).toBe(2)
    expect(stderr).toContain('There is nothing to show')
  })
})
