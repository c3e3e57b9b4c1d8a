import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import type { SourceItem } from '../../src/records/source.ts'
import { readParquet } from '../../src/sources/read-parquet.ts'
import { countSources, type ReadSourcesOptions, readSources } from '../../src/sources/read-sources.ts'
import { collect } from './collect.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/sources')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gepo-read-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(files: Record<string, string | Uint8Array>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

type Options = Omit<ReadSourcesOptions, 'endings'>
const endings = ['.c']

async function read(specs: string | string[], options?: Options): Promise<SourceItem[]> {
  return collect(readSources(specs, { ...options, endings }))
}

/** `row: text` for sources, `row! reason` for the dropped. */
function brief(items: readonly SourceItem[]): string[] {
  return items.map((item) =>
    item.kind === 'source' ? `${item.source.row}: ${item.source.text}` : `${item.row}! ${item.reason}`,
  )
}

async function userErrorOf(specs: string | string[], options?: Options): Promise<string> {
  const error = await read(specs, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}

const lines = (...records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

describe('a folder', () => {
  it('gives every .c file below it, in bytewise order, with its provenance', async () => {
    await put({
      'b.c': 'int b;',
      'B.c': 'int B;',
      'a/z.c': 'int z;',
      'a.c': 'int a;',
      'é.c': 'int e;',
      'x.h': 'int x;',
    })
    const items = await read(folder)
    expect(brief(items)).toEqual([
      'B.c: int B;',
      'a.c: int a;',
      'a/z.c: int z;',
      'b.c: int b;',
      'é.c: int e;',
    ])
    expect(items[0]).toEqual({
      kind: 'source',
      source: {
        id: createHash('sha256').update('int B;').digest('hex'),
        dataset: 'folder',
        split: '',
        row: 'B.c',
        license: 'unknown',
        text: 'int B;',
      },
    })
  })

  it('drops what is no text, with the reason', async () => {
    await put({ '1.c': '', '2.c': ' \n', '3.c': 'int\0', '4.c': 'int x;', '5.c': '\uFEFFint x;' })
    expect(brief(await read(folder))).toEqual([
      '1.c! empty',
      '2.c! empty',
      '3.c! nul-bytes',
      '4.c: int x;',
      '5.c! duplicate',
    ])
  })

  it('drops files above the limit, 1 MiB unless given, whatever is in them', async () => {
    await put({ 'fits.c': 'x'.repeat(1024 * 1024), 'over.c': 'y'.repeat(1024 * 1024 + 1) })
    const huge = await open(join(folder, 'sparse.c'), 'w')
    await huge.truncate(2 ** 40)
    await huge.close()
    const reasons = (items: SourceItem[]) =>
      items.map((item) => (item.kind === 'dropped' ? item.reason : item.kind))
    expect(reasons(await read(folder))).toEqual(['source', 'too-large', 'too-large'])
    expect(reasons(await read(folder, { maxBytes: 100 }))).toEqual(['too-large', 'too-large', 'too-large'])
  })

  it('drops files that cannot be read and goes on', async () => {
    await put({ 'good.c': 'int x;' })
    await symlink('nowhere', join(folder, 'dangling.c'))
    await symlink('.', join(folder, 'folder.c'))
    await symlink('/proc/self/mem', join(folder, 'fails.c'))
    expect(brief(await read(folder))).toEqual([
      'dangling.c! unreadable',
      'fails.c! unreadable',
      'folder.c! unreadable',
      'good.c: int x;',
    ])
  })

  it.skipIf(process.getuid?.() === 0)('drops files without permission', async () => {
    await put({ 'good.c': 'int x;', 'secret.c': 'int y;' })
    await chmod(join(folder, 'secret.c'), 0)
    expect(brief(await read(folder))).toEqual(['good.c: int x;', 'secret.c! unreadable'])
  })

  it('reads linked files, and does not run in circles through linked folders', async () => {
    await put({ 'a/x.c': 'int x;' })
    await symlink('..', join(folder, 'a/up'))
    await symlink('a/x.c', join(folder, 'link.c'))
    expect(brief(await read(folder))).toEqual(['a/x.c: int x;', 'link.c! duplicate'])
  })

  it('without C files is an error that points to data files lying there', async () => {
    expect(await userErrorOf(await put({ 'notes.txt': '' }))).toMatch(/has no \.c file/)
    expect(await userErrorOf(await put({ 'C/data.parquet': '' }))).toMatch(
      /1 data files such as C\/data\.parquet/,
    )
  })
})

describe('a file or glob', () => {
  it('reads one C file', async () => {
    await put({ 'x.c': 'int x;' })
    expect(brief(await read(join(folder, 'x.c')))).toEqual(['x.c: int x;'])
  })

  it('reads what a glob matches, rows named below its fixed part, other kinds of file left out', async () => {
    await put({
      'p1/a.c': 'int a;',
      'p2/a.c': 'int b;',
      'p2/a.txt': '',
      'p3/a.c': 'int c;',
      'p2/d.jsonl': lines({ code: 'int d;' }),
    })
    expect(brief(await read(join(folder, 'p{1,2}/*')))).toEqual([
      'p1/a.c: int a;',
      'p2/a.c: int b;',
      '1: int d;',
    ])
  })

  it('takes a path with glob characters for the path, if there is one', async () => {
    await put({ 'a[1].c': 'int x;', 'a1.c': 'int y;' })
    expect(brief(await read(join(folder, 'a[1].c')))).toEqual(['a[1].c: int x;'])
  })

  it('cannot read the only file given: the error names it', async () => {
    await symlink('/proc/self/mem', join(folder, 'fails.c'))
    expect(await userErrorOf(join(folder, 'fails.c'))).toMatch(/fails\.c cannot be read/)
  })

  it.each([
    ['a missing path', 'missing.c', /missing\.c does not exist/],
    ['a glob without matches', '*.c', /\*\.c matches no/],
    ['a file of another kind', 'notes.txt', /notes\.txt is not a \.c/],
    ['a path below a file', 'notes.txt/x.c', /does not exist/],
  ])('tells %s in one sentence', async (_, name, message) => {
    await put({ 'notes.txt': 'int x;' })
    expect(await userErrorOf(join(folder, name))).toMatch(message)
  })
})

describe('several places', () => {
  it('come in the order given, copies dropped across them', async () => {
    await put({ 'a/x.c': 'int x;', 'b/y.c': 'int y;', 'b/x2.c': 'int x;' })
    expect(brief(await read([join(folder, 'b'), join(folder, 'a')]))).toEqual([
      'x2.c: int x;',
      'y.c: int y;',
      'x.c! duplicate',
    ])
  })

  it('are all checked before the first item leaves', async () => {
    await put({ 'a/x.c': 'int x;' })
    const items = readSources([join(folder, 'a'), join(folder, 'missing')], { endings })
    await expect(items.next()).rejects.toThrow(UserError)
  })
})

describe('JSONL', () => {
  const file = () => join(folder, 'data.jsonl')

  it('gives one item a line, blank lines aside; row is the line number', async () => {
    await put({
      'data.jsonl': `\uFEFF${lines({ id: 1, Source_Code: 'int a;\r\n' })}\n${lines({ Source_Code: 'int b;' }).trim()}`,
    })
    const items = await read(file())
    expect(brief(items)).toEqual(['1: int a;\n', '3: int b;'])
    expect(items[0]).toMatchObject({
      source: { dataset: 'data.jsonl', split: 'data.jsonl', license: 'unknown' },
    })
  })

  it('reads behind a byte order mark, and beside numbers that JSON does not have', async () => {
    await put({ 'data.jsonl': '\uFEFF{"code": "int a;"}\n{"code": "int b;", "score": NaN}\n' })
    expect(brief(await read(file()))).toEqual(['1: int a;', '2: int b;'])
  })

  it('counts lines of blanks, wherever the stream is cut', async () => {
    const blanks = ' \n\t\r\n'.repeat(40_000)
    await put({
      'data.jsonl': `${blanks}${lines({ code: 'int a;' })}${blanks}   ${JSON.stringify({ code: 'int b;' })}`,
    })
    expect(brief(await read(file()))).toEqual(['80001: int a;', '160002: int b;'])
  })

  it('reads gzip', async () => {
    await put({ 'data.jsonl.gz': gzipSync(lines({ code: 'int a;' }, { code: 'int b;' })) })
    expect(brief(await read(`${file()}.gz`))).toEqual(['1: int a;', '2: int b;'])
  })

  it('takes the first known column that is there, or the one named', async () => {
    await put({ 'data.jsonl': lines({ text: 'int t;', code: 'int c;', body: 'int b;' }) })
    expect(brief(await read(file()))).toEqual(['1: int c;'])
    expect(brief(await read(file(), { column: 'body' }))).toEqual(['1: int b;'])
  })

  it('carries licence and data set name along', async () => {
    await put({ 'data.jsonl': lines({ code: 'int a;', license: 'MIT' }, { code: 'int b;' }) })
    const items = await read(file(), { dataset: 'lab/set', license: 'Apache-2.0' })
    expect(items).toMatchObject([
      { source: { dataset: 'lab/set', license: 'MIT' } },
      { source: { dataset: 'lab/set', license: 'Apache-2.0' } },
    ])
  })

  it('drops bad lines with the reason', async () => {
    const bad = '{"code": \n[1]\nnull\n'
    await put({
      'data.jsonl': `${lines({ code: 'int a;' })}${bad}${lines({ code: null }, { code: 7 }, { other: '' })}`,
    })
    const items = await read(file())
    expect(brief(items)).toEqual([
      '1: int a;',
      '2! bad-json',
      '3! bad-json',
      '4! bad-json',
      '5! not-text',
      '6! not-text',
      '7! not-text',
    ])
    expect(items[1]).toMatchObject({ detail: expect.stringMatching(/^line 2: /) })
    expect(items[5]).toMatchObject({ detail: 'code is number' })
  })

  it('reads lines longer than its read buffer, and texts of Latin-1 and surrogate halves', async () => {
    const long = `int a; /* ${'x'.repeat(3_000_000)} */`
    const latin1 = Buffer.from('{"code": "/* caf\xe9 */"}\n', 'latin1')
    await put({
      'data.jsonl': Buffer.concat([
        Buffer.from(lines({ code: long })),
        latin1,
        Buffer.from('{"code": "/*\\udc00*/"}'),
      ]),
    })
    const items = await read(file(), { maxBytes: 4_000_000 })
    expect(brief(items)).toEqual([`1: ${long}`, '2: /* café */', '3: /*\uFFFD*/'])
    expect(brief(await read(file()))[0]).toBe('1! too-large')
  })

  it.each([
    ['not JSON in any line', 'int main;\nint x;\n', undefined, /no line that is a JSON object/],
    ['empty', '\n', undefined, /is empty/],
    [
      'without a known column',
      lines({ id: 1, body: 'x' }),
      undefined,
      /it has id, body\): name the column with --column/,
    ],
    ['without the named column', lines({ code: 'x' }), 'body', /no text in column body \(it has code\)/],
  ])('that is %s is an error', async (_, content, column, message) => {
    await put({ 'data.jsonl': content })
    expect(await userErrorOf(file(), { column })).toMatch(message)
  })

  it('cut short in its gzip is an error', async () => {
    const random = Array.from({ length: 2000 }, (_, n) => createHash('sha256').update(`${n}`).digest('hex'))
    const whole = gzipSync(lines(...random.map((code) => ({ code }))))
    await put({ 'data.jsonl.gz': whole.subarray(0, whole.length / 2) })
    expect(await userErrorOf(`${file()}.gz`)).toMatch(/data\.jsonl\.gz is not a complete gzip file/)
  })
})

describe('Parquet', () => {
  const sltrans = join(fixtures, 'sltrans-shape.parquet')
  const bytes = join(fixtures, 'bytes-with-license.parquet')
  const program = (n: number) => `int main(void) { return ${n}; }\n`

  it('gives one item a row, through all row groups', async () => {
    const items = await read(sltrans)
    expect(brief(items)).toEqual([
      ...[0, 1, 2].map((n) => `${n}: ${program(n)}`),
      '3! not-text',
      ...[4, 5, 6].map((n) => `${n}: ${program(n)}`),
      '7! duplicate',
      '8! empty',
      `9: ${program(9)}`,
    ])
    expect(items[0]).toMatchObject({ source: { dataset: 'sltrans-shape.parquet', license: 'unknown' } })
  })

  it('reads no other column: the IR may be garbage', async () => {
    const copy = await readFile(sltrans)
    const chunks = parquetMetadata(copy).row_groups.flatMap((group) => group.columns)
    const irChunks = chunks.filter((chunk) => chunk.meta_data?.path_in_schema[0] === 'IR_Original')
    for (const { meta_data } of irChunks) {
      const start = Number(meta_data!.dictionary_page_offset ?? meta_data!.data_page_offset)
      copy.fill(0xee, start, start + Number(meta_data!.total_compressed_size))
    }
    await put({ 'copy.parquet': copy })
    const path = join(folder, 'copy.parquet')
    expect(irChunks).toHaveLength(3)
    expect(brief(await read(path))).toEqual(brief(await read(sltrans)))
    expect(await userErrorOf(path, { column: 'IR_Original' })).toMatch(/truncated or damaged/)
  })

  it('reads byte columns as text, Latin-1 too, and takes the licence of each row', async () => {
    const items = await read(bytes, { license: 'CC0-1.0' })
    expect(brief(items)).toHaveLength(40)
    expect(items[1]).toMatchObject({
      source: { text: '/* café */ int f1(void) { return 1; }\n', license: 'CC0-1.0' },
    })
    expect(items[38]).toMatchObject({
      source: { text: '/* 38 */ int f38(void) { return 38; }\n', license: 'MIT' },
    })
  })

  it('gives the same rows however short the stretches are that it reads', async () => {
    const label = { dataset: 'd', split: 's', license: 'unknown', column: undefined }
    const rowsOf = async (stretchBytes: number) => {
      const items = await collect(readParquet(bytes, label, { firstRow: 100, stretchBytes }))
      return Promise.all(
        items.map(async ({ row, license, load }) => ({ row, license, content: await load() })),
      )
    }
    const whole = await rowsOf(1e9)
    expect(whole.map(({ row }) => row)).toEqual(Array.from({ length: 40 }, (_, n) => String(100 + n)))
    for (const stretchBytes of [1, 90, 300]) expect(await rowsOf(stretchBytes)).toEqual(whole)
  })

  it('without a column of text is an error that names the columns there are', async () => {
    const noText = join(fixtures, 'no-text.parquet')
    expect(await userErrorOf(noText)).toMatch(
      /no text column .* \(it has prompt, text; text holds lists, .*\): .* --column/,
    )
    expect(await userErrorOf(sltrans, { column: 'Code' })).toMatch(/Code \(it has Source_Code, IR_Original\)/)
    expect(brief(await read(noText, { column: 'prompt' }))).toEqual(['0: a', '1: b'])
  })

  it.each([
    ['cut short', (whole: Buffer) => whole.subarray(0, -100), /truncated or damaged/],
    ['cut to its first bytes', (whole: Buffer) => whole.subarray(0, 6), /truncated or damaged/],
    [
      'without its middle',
      (whole: Buffer) => Buffer.concat([whole.subarray(0, 40), whole.subarray(400)]),
      /truncated or damaged/,
    ],
    ['empty', () => Buffer.alloc(0), /is not a Parquet file/],
    ['something else', () => Buffer.from('int main(void) { return 0; }'), /is not a Parquet file/],
    [
      'a Git LFS pointer',
      () => Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      /git lfs pull/,
    ],
  ])('that is %s is an error that names the file', async (_, damage, message) => {
    await put({ 'bad.parquet': damage(await readFile(sltrans)) })
    const text = await userErrorOf(join(folder, 'bad.parquet'))
    expect(text).toMatch(message)
    expect(text).toContain('bad.parquet')
  })
})

describe('limit and shard', () => {
  it('share the input out by index, dropped items counted', async () => {
    await put({ '0.c': 'int a;', '1.c': '', '2.c': 'int c;', '3.c': 'int d;', '4.c': 'int e;' })
    const shard = (index: number) => ({ index, count: 2 })
    expect(brief(await read(folder, { shard: shard(0) }))).toEqual([
      '0.c: int a;',
      '2.c: int c;',
      '4.c: int e;',
    ])
    expect(brief(await read(folder, { shard: shard(1) }))).toEqual(['1.c! empty', '3.c: int d;'])
    expect(brief(await read(folder, { limit: 4, shard: shard(0) }))).toEqual(['0.c: int a;', '2.c: int c;'])
    expect(brief(await read(folder, { limit: 0 }))).toEqual([])
  })
})

describe('countSources', () => {
  it('tells what readSources will yield where that is cheap to know', async () => {
    await put({ 'a.c': 'int a;', 'b.c': '', 'c.c': 'int c;' })
    const specs = [folder, join(fixtures, 'sltrans-shape.parquet')]
    expect(await countSources(specs, { endings })).toBe(13)
    for (const options of [
      {},
      { limit: 5 },
      { shard: { index: 2, count: 4 } },
      { limit: 7, shard: { index: 3, count: 4 } },
    ]) {
      expect(await countSources(specs, { ...options, endings })).toBe((await read(specs, options)).length)
    }
  })

  it('does not know for JSONL and the hub', async () => {
    await put({ 'a.jsonl': lines({ code: 'int a;' }) })
    expect(await countSources(join(folder, 'a.jsonl'), { endings })).toBeUndefined()
    expect(await countSources('hf:UKPLab/SLTrans', { endings })).toBeUndefined()
  })
})
