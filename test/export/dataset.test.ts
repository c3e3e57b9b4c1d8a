/** Exported data sets: read back, described by their card, and complete or not there. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { groupLine } from '../../src/export/group-line.ts'
import { datasetFeatures, parquetSchema } from '../../src/export/parquet/columns.ts'
import { openParquetOut } from '../../src/export/parquet/write-parquet.ts'
import { preferencePairs } from '../../src/records/preference-pairs.ts'
import { openStore } from '../../src/store/store.ts'
import { run } from '../cli/captured-context.ts'
import { syntheticOutcome, syntheticSource, syntheticUnit } from '../store/synthetic-records.ts'

let folder: string
let db: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-dataset-'))
  db = join(folder, 'groups.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

const GROUPS = 12

function fill(licenseOf: (n: number) => string = () => 'mit'): void {
  const store = openStore(db)
  for (let n = 0; n < GROUPS; n++) {
    store.saveSource({ ...syntheticSource(n), license: licenseOf(n) })
    store.saveExtraction(syntheticSource(n).id, [syntheticUnit(n)], [])
    store.saveUnitOutcome(syntheticOutcome(n))
  }
  store.close()
}

async function read(path: string): Promise<Record<string, unknown>[]> {
  const file = await asyncBufferFromFile(path)
  return (await parquetReadObjects({ file, compressors })) as Record<string, unknown>[]
}

const cardOf = (out: string) => {
  const text = readFileSync(join(out, 'README.md'), 'utf8')
  const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text)!
  return { front: parse(front!), body: body! }
}

describe('parquet', () => {
  it('has every group once, in files by split, with lists in its columns', async () => {
    fill()
    const out = join(folder, 'set')
    const { stdout, exit } = await run([
      'export',
      db,
      '--format',
      'parquet',
      '--out',
      out,
      '--no-audit',
      '--json',
    ])
    expect(exit).toBe(0)
    const reported = JSON.parse(stdout)
    expect(reported.groups).toBe(GROUPS)
    const store = openStore(db, { readonly: true })
    const found = new Map<string, Record<string, unknown>>()
    for (const file of readdirSync(join(out, 'groups'))) {
      expect(file).toMatch(/^(?:train|validation|test)-00000-of-00001\.parquet$/)
      const rows = await read(join(out, 'groups', file))
      expect(rows.length).toBe(reported.rows.groups[file.split('-')[0]!])
      for (const row of rows) {
        expect(store.group(row.id as string)!.group.split).toBe(file.split('-')[0])
        found.set(row.id as string, row)
      }
    }
    expect(found.size).toBe(GROUPS)
    for (const stored of store.groups()) {
      const line = groupLine(stored)
      expect(found.get(line.id)).toMatchObject({
        prompt: line.prompt,
        chosen: line.winners.map(({ ir }) => ir),
        rejected: line.losers.map(({ ir }) => ir),
        chosen_levels: line.winners.map(({ levels }) => levels),
        rejected_difficulty: line.losers.map(({ difficulty }) => difficulty),
        license: 'mit',
      })
    }
    store.close()
  })

  it('has the pairs that training makes of a group', async () => {
    fill()
    for (const pairing of ['all', 'matched'] as const) {
      const out = join(folder, pairing)
      await run(['export', db, '--format', 'parquet', '--pairs', pairing, '--out', out, '--no-audit'])
      const rows: Record<string, unknown>[] = []
      for (const file of readdirSync(join(out, 'pairs'))) rows.push(...(await read(join(out, 'pairs', file))))
      const store = openStore(db, { readonly: true })
      const wanted = [...store.groups()].flatMap((stored) => {
        const { prompt, winners, losers, id } = groupLine(stored)
        return preferencePairs(winners.length, losers.length, pairing).map(([w, l]) => ({
          group_id: id,
          prompt,
          chosen: winners[w]!.ir,
          rejected: losers[l]!.ir,
        }))
      })
      store.close()
      expect(rows.length).toBe(wanted.length)
      expect(rows).toEqual(expect.arrayContaining(wanted.map((row) => expect.objectContaining(row))))
    }
  })

  it('is compressed with ZSTD', async () => {
    fill()
    const out = join(folder, 'set')
    await run(['export', db, '--format', 'parquet', '--out', out, '--no-audit'])
    const file = await asyncBufferFromFile(join(out, 'groups', readdirSync(join(out, 'groups'))[0]!))
    const { row_groups } = await parquetMetadataAsync(file)
    expect(row_groups[0]!.columns[0]!.meta_data!.codec).toBe('ZSTD')
  })
})

describe('trl', () => {
  it('has the columns of TRL alone, as text or as messages', async () => {
    fill()
    for (const form of ['standard', 'conversational']) {
      const out = join(folder, form)
      await run(['export', db, '--format', 'trl', '--form', form, '--out', out, '--no-audit'])
      const [pair] = await read(join(out, 'pairs', readdirSync(join(out, 'pairs'))[0]!))
      const [single] = await read(join(out, 'unpaired', readdirSync(join(out, 'unpaired'))[0]!))
      expect(Object.keys(pair!)).toEqual(['prompt', 'chosen', 'rejected'])
      expect(Object.keys(single!)).toEqual(['prompt', 'completion', 'label'])
      expect(typeof single!.label).toBe('boolean')
      if (form === 'standard') expect(typeof pair!.chosen).toBe('string')
      else {
        expect(pair!.prompt).toEqual([{ role: 'user', content: expect.any(String) }])
        expect(pair!.rejected).toEqual([{ role: 'assistant', content: expect.any(String) }])
      }
    }
  })
})

describe('the card', () => {
  it('names configurations, features, splits and figures', async () => {
    fill()
    const out = join(folder, 'my-groups')
    await run(['export', db, '--format', 'parquet', '--out', out])
    const { front, body } = cardOf(out)
    expect(front.license).toBe('mit')
    expect(front.configs.map((config: { config_name: string }) => config.config_name)).toEqual([
      'groups',
      'pairs',
    ])
    for (const { config_name, features, splits } of front.dataset_info) {
      for (const { name, num_examples } of splits) {
        const files = readdirSync(join(out, config_name)).filter((file) => file.startsWith(name))
        const rows = (await Promise.all(files.map((file) => read(join(out, config_name, file))))).flat()
        expect(rows.length).toBe(num_examples)
        expect(features.map((feature: { name: string }) => feature.name)).toEqual(Object.keys(rows[0]!))
      }
    }
    expect(body).toContain('Clusters of near-copies that lie in more than one split')
  })

  it('says where licences are several, or not known', async () => {
    fill((n) => ['mit', 'unknown', 'Apache-2.0'][n % 3]!)
    const out = join(folder, 'mixed')
    await run(['export', db, '--format', 'parquet', '--out', out, '--no-audit'])
    const { front, body } = cardOf(out)
    expect(front).toMatchObject({ license: 'other', license_name: 'mixed' })
    expect(body).toContain('Of 4 groups the licence is not known')
    expect(body).toContain('| Apache-2.0 | 4 |')
  })

  it('gives a licence that the hub does not list a name', async () => {
    fill(() => 'My Own, 2')
    const out = join(folder, 'own')
    await run(['export', db, '--format', 'parquet', '--out', out, '--no-audit'])
    expect(cardOf(out).front).toMatchObject({ license: 'other', license_name: 'my-own-2' })
  })
})

describe('a folder', () => {
  it('that holds something is left alone', async () => {
    fill()
    const out = join(folder, 'there')
    mkdirSync(out)
    writeFileSync(join(out, 'mine'), 'x')
    const { stderr, exit } = await run(['export', db, '--format', 'parquet', '--out', out])
    expect(exit).toBe(2)
    expect(stderr).toContain('is there already; name a folder that is not')
    expect(readdirSync(out)).toEqual(['mine'])
  })

  it('is not there where nothing was written', async () => {
    fill()
    const out = join(folder, 'none')
    const { exit } = await run(['export', db, '--format', 'parquet', '--out', join(out, 'deep')])
    expect(exit).toBe(2)
    expect(existsSync(out)).toBe(false)
  })

  it.each([
    [
      ['--format', 'jsonl', '--pairs', 'all'],
      '--pairs is for the formats parquet and trl; the format is jsonl.',
    ],
    [['--format', 'pairs', '--no-audit'], '--no-audit is for the formats parquet and trl'],
  ])('is what flags are for: %s', async (flags, sentence) => {
    fill()
    const { stderr, exit } = await run(['export', db, ...flags, '--out', join(folder, 'x')])
    expect(exit).toBe(2)
    expect(stderr).toContain(sentence)
  })

  it('is asked for where stdout is given', async () => {
    fill()
    const { stderr, exit } = await run(['export', db, '--format', 'trl', '--out', '-'])
    expect(exit).toBe(2)
    expect(stderr).toContain('writes a folder')
  })
})

describe('large tables', () => {
  it('become several row groups and files, which say how many there are', async () => {
    const columns = { text: 'string', list: { list: 'string' }, number: 'float64' } as const
    const out = openParquetOut({ columns, folder, name: 'train', fileBytes: 60_000, rowGroupChars: 20_000 })
    const rowOf = (n: number) => ({
      text: Array.from({ length: 40 }, (_, i) => ((n * 7919 + i * 104729) % 1_000_003).toString(36)).join(
        ' ',
      ),
      list: Array.from({ length: n % 4 }, (_, i) => `${n}.${i}`),
      number: n % 5 === 0 ? null : n / 2,
    })
    for (let n = 0; n < 3000; n++) out.write(rowOf(n))
    const { files, rows } = out.finish()
    expect(rows).toBe(3000)
    expect(files.length).toBeGreaterThan(1)
    expect(readdirSync(folder).sort()).toEqual([...files].sort())
    expect(files.at(-1)).toBe(
      `train-${String(files.length - 1).padStart(5, '0')}-of-${String(files.length).padStart(5, '0')}.parquet`,
    )
    const read_ = (await Promise.all(files.map((file) => read(join(folder, file))))).flat()
    expect(read_).toEqual(Array.from({ length: 3000 }, (_, n) => rowOf(n)))
  })

  it('have lists of three levels', () => {
    expect(parquetSchema({ a: { list: 'string' } }).map(({ name }) => name)).toEqual([
      'schema',
      'a',
      'list',
      'element',
    ])
    expect(
      datasetFeatures({ a: { list: { list: 'string' } }, b: { list: { struct: { c: 'bool' } } } }),
    ).toEqual([
      { name: 'a', list: { list: 'string' } },
      { name: 'b', list: [{ name: 'c', dtype: 'bool' }] },
    ])
  })
})
