import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { type ReadProblemsOptions, readProblems } from '../../src/problems/read-problems.ts'
import type { ProblemItem } from '../../src/records/problem.ts'
import { commit, type FakeHub, startFakeHub } from '../sources/fake-hub.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}

async function read(name: string, options?: ReadProblemsOptions): Promise<ProblemItem[]> {
  const items: ProblemItem[] = []
  for await (const item of readProblems([join(folder, name)], options)) items.push(item)
  return items
}

async function readLine(fields: unknown) {
  put({ 'data.jsonl': `${JSON.stringify(fields)}\n` })
  const [item] = await read('data.jsonl')
  return item!
}

const apps = (inputOutput: unknown, solutions: unknown = ['print(1)']) => ({
  input_output: typeof inputOutput === 'string' ? inputOutput : JSON.stringify(inputOutput),
  solutions: JSON.stringify(solutions),
})

describe('APPS and TACO', () => {
  test('pairs of texts are tests of programs', async () => {
    expect(await readLine(apps({ inputs: ['1 2\n'], outputs: ['3\n'] }, ['a', 'b']))).toEqual({
      kind: 'problem',
      problem: {
        origin: { dataset: 'data', place: join(folder, 'data.jsonl'), row: '1' },
        license: 'unknown',
        readings: [[{ kind: 'stdin', input: '1 2\n', output: '3\n' }]],
        comparison: { kind: 'words', tolerance: 1e-6 },
        solutions: [
          { language: 'python', code: 'a' },
          { language: 'python', code: 'b' },
        ],
      },
    })
  })

  test('lists of lines are texts', async () => {
    const item = await readLine(apps({ inputs: [['1', '2']], outputs: [['3', '']] }))
    expect(item).toMatchObject({ problem: { readings: [[{ input: '1\n2', output: '3\n' }]] } })
  })

  test('a function that is named is called; a list of one result may be the result', async () => {
    const item = await readLine(apps({ fn_name: 'f', inputs: [[1], [2]], outputs: [[3], [4]] }))
    expect(item).toMatchObject({
      problem: {
        readings: [
          [
            { kind: 'call', name: 'f', arguments: [1], result: [3] },
            { kind: 'call', name: 'f', arguments: [2], result: [4] },
          ],
          [
            { kind: 'call', name: 'f', arguments: [1], result: 3 },
            { kind: 'call', name: 'f', arguments: [2], result: 4 },
          ],
        ],
      },
    })
  })

  test('results that are no lists of one have one reading', async () => {
    const item = await readLine(apps({ fn_name: 'f', inputs: [[1]], outputs: [[3, 4]] }))
    expect(item).toMatchObject({ problem: { readings: [[{ result: [3, 4] }]] } })
  })

  test('keys that are all whole numbers may be such or texts', async () => {
    const inputOutput = {
      fn_name: 'f',
      inputs: [[{ 1: 'a' }], [{}]],
      outputs: [
        [1, 2],
        [3, 4],
      ],
    }
    const tests = [
      { kind: 'call', name: 'f', arguments: [{ 1: 'a' }], result: [1, 2] },
      { kind: 'call', name: 'f', arguments: [{}], result: [3, 4] },
    ]
    const signature = {
      parameters: [{ kind: 'map', key: 'integer', item: { kind: 'text' } }],
      result: { kind: 'list', item: { kind: 'integer' } },
    }
    const item = await readLine(apps(inputOutput))
    expect(item).toMatchObject({ kind: 'problem' })
    expect(item.kind === 'problem' && item.problem.readings).toEqual([
      tests.map((each) => ({ ...each, signature })),
      tests,
    ])
  })

  test.each([
    ['', 'no-tests'],
    ['{"inputs": ', 'bad-tests'],
    [{ inputs: ['1'], outputs: [] }, 'bad-tests'],
    [{ inputs: [1], outputs: ['1'] }, 'bad-tests'],
    [{ fn_name: 'f', inputs: [1], outputs: [1] }, 'bad-tests'],
    [{ fn_name: 'f(', inputs: [[1]], outputs: [1] }, 'bad-tests'],
    ['{"fn_name": "f", "inputs": [[9007199254740993]], "outputs": [1]}', 'bad-tests'],
  ])('%j is dropped: %s', async (inputOutput, reason) => {
    expect(await readLine(apps(inputOutput))).toMatchObject({ kind: 'dropped', reason })
  })

  test('solutions that are no JSON are none', async () => {
    const item = await readLine({ ...apps({ inputs: ['1'], outputs: ['1'] }), solutions: '' })
    expect(item).toMatchObject({ problem: { solutions: [] } })
  })

  test('solutions get the imports that they lack', async () => {
    const item = await readLine(
      apps({ fn_name: 'f', inputs: [[4, 6]], outputs: [2] }, [
        'class Solution:\n  def f(self, a, b): return gcd(a, b)',
      ]),
    )
    expect(item).toMatchObject({
      problem: { solutions: [{ code: expect.stringMatching(/^from math import gcd\nclass Solution:/) }] },
    })
  })

  test('are read behind a byte order mark, and beside numbers that JSON does not have', async () => {
    const line = JSON.stringify(apps({ inputs: ['1'], outputs: ['1'] }))
    const odd = line.replace(/}$/, ',"score":NaN,"text":"NaN \\" Infinity","low":-Infinity}')
    put({ 'a.jsonl': `\uFEFF${line}\n   \n${odd}\n` })
    expect(await read('a.jsonl')).toMatchObject([
      { kind: 'problem', problem: { origin: { row: '1' } } },
      { kind: 'problem', problem: { origin: { row: '3' } } },
    ])
  })

  test('a licence of its own comes first; the data set can be named', async () => {
    const line = (extra: object) =>
      `${JSON.stringify({ ...apps({ inputs: ['1'], outputs: ['1'] }), ...extra })}\n`
    put({ 'a.jsonl.gz': gzipSync(`${line({ license: 'CC-BY-4.0' })}\nnot json\n${line({})}`) })
    const items = await read('a.jsonl.gz', { dataset: 'TACO', license: 'MIT' })
    expect(items).toMatchObject([
      { problem: { license: 'CC-BY-4.0', origin: { dataset: 'TACO', row: '1' } } },
      { kind: 'dropped', reason: 'bad-json', origin: { row: '3' } },
      { problem: { license: 'MIT', origin: { row: '4' } } },
    ])
  })
})

describe('SYNTHETIC-1', () => {
  test('is read from Parquet, its tests as Python writes them', async () => {
    const items: ProblemItem[] = []
    for await (const item of readProblems([join(FIXTURES, 'sources/synthetic-1-shape.parquet')]))
      items.push(item)
    expect(items).toMatchObject([
      {
        problem: {
          origin: { dataset: 'synthetic-1-shape', row: '0' },
          readings: [
            [
              { kind: 'stdin', input: '1\n', output: '2\n' },
              { kind: 'stdin', input: '2\n', output: '4\n' },
              { kind: 'stdin', input: '3\n', output: '6\n' },
            ],
          ],
          solutions: [{ language: 'python', code: 'print(int(input()) * 2)\n' }],
        },
      },
      {
        problem: {
          readings: [
            [{ name: 'add', result: [2] }, {}, {}],
            [{ name: 'add', result: 2 }, {}, {}],
          ],
        },
      },
      { kind: 'dropped', reason: 'no-solution', origin: { row: '2' } },
    ])
  })

  test.each([
    ["{'language': 'python'}", 'bad-tests'],
    ["{'language': 'rust', 'test_cases': []}", 'other-language'],
    [
      "{'language': 'python', 'test_cases': [{'fn_name': None, 'input': '1', 'output': '1'}, {'fn_name': 'f', 'input': [1], 'output': 1}]}",
      'bad-tests',
    ],
    ['__import__("os")', 'bad-tests'],
  ])('%s is dropped: %s', async (info, reason) => {
    const item = await readLine({ verification_info: info, gold_standard_solution: 'print(1)' })
    expect(item).toMatchObject({ kind: 'dropped', reason })
  })
})

describe('folders', () => {
  test('hold problems in folders of programs and pairs, or a problem.json', async () => {
    put({
      'a/solution.py': 'print(1)',
      'a/other.cpp': 'int main() {}',
      'a/notes.md': '',
      'a/1.in': 'x',
      'a/1.out': 'y',
      'a/2.in': 'without its .out',
      'b/solution.java': '',
      'b/tests/2.in': '2',
      'b/tests/2.out': '4',
      'c/input.txt': '3',
      'c/output.txt': '6',
      'd/deep/problem.json': JSON.stringify({
        tests: [{ kind: 'stdin', input: '', output: '1' }],
        comparison: { kind: 'exact' },
      }),
      'd/deep/solution.sh': 'echo 1',
      'e/problem.json': '{}',
    })
    expect(await read('.')).toMatchObject([
      {
        problem: {
          origin: { dataset: basename(folder), row: 'a' },
          readings: [[{ kind: 'stdin', input: 'x', output: 'y' }]],
          comparison: { kind: 'lines' },
          solutions: [{ language: 'cpp' }, { language: 'python', code: 'print(1)' }],
        },
      },
      { problem: { readings: [[{ input: '2', output: '4' }]], solutions: [{ language: 'java' }] } },
      { problem: { readings: [[{ input: '3', output: '6' }]], solutions: [] } },
      {
        problem: {
          origin: { row: 'd/deep' },
          comparison: { kind: 'exact' },
          solutions: [{ language: 'bash' }],
        },
      },
      {
        kind: 'dropped',
        reason: 'bad-tests',
        detail: expect.stringContaining('tests must be a list of tests'),
      },
    ])
  })
})

describe('the hub', () => {
  const line = Buffer.from(`${JSON.stringify(apps({ inputs: ['1'], outputs: ['1'] }))}\n`)
  let hub: FakeHub
  afterEach(() => hub.close())

  async function readHub(spec: string, options?: ReadProblemsOptions): Promise<ProblemItem[]> {
    hub = await startFakeHub({
      files: {
        'train.jsonl': line,
        'test.jsonl': Buffer.concat([line, line]),
        'ALL/train-00000-of-00002.parquet': readFileSync(join(FIXTURES, 'sources/synthetic-1-shape.parquet')),
        'README.md': Buffer.from('no data'),
      },
      cardData: { license: 'mit' },
    })
    const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: folder }
    const items: ProblemItem[] = []
    for await (const item of readProblems([spec], {
      ...options,
      hub: { env, patience: { attempts: 1, firstDelayMs: 1 } },
    }))
      items.push(item)
    return items
  }

  test("has data sets, whose card states the licence; their commit tells a file's versions apart", async () => {
    expect(await readHub('hf:lab/set?split=test')).toMatchObject([
      {
        problem: {
          license: 'mit',
          origin: { dataset: 'lab/set', place: `hf:lab/set@${commit}/test.jsonl`, row: '1' },
        },
      },
      { problem: { origin: { row: '2' } } },
    ])
  })

  test('has folders in them; shards are one split', async () => {
    expect(await readHub('hf:lab/set?config=ALL&split=train', { license: 'own' })).toMatchObject([
      { problem: { license: 'own' } },
      { problem: {} },
      { kind: 'dropped' },
    ])
  })

  test('is read whole where nothing is chosen', async () => {
    expect(await readHub('hf:lab/set')).toHaveLength(6)
  })

  test('says what there is to choose from', async () => {
    await expect(readHub('hf:lab/set?split=none')).rejects.toThrow(
      /it has ALL\/train-00000-of-00002\.parquet, test\.jsonl, train\.jsonl\): choose by/,
    )
  })
})

test.each([
  ['none.jsonl', {}, 'does not exist'],
  ['a.txt', { 'a.txt': '' }, 'neither Parquet nor JSONL nor a folder'],
  ['.', { 'a/solution.py': '' }, 'holds no problems'],
  ['a.jsonl', { 'a.jsonl': '{"text": 1}\n' }, "neither SYNTHETIC-1's column"],
  ['a.parquet', { 'a.parquet': 'PAR1' }, 'cannot be read as Parquet'],
])('%s is refused: %j, %s', async (name, files, sentence) => {
  put(files as Record<string, string>)
  await expect(read(name)).rejects.toThrow(UserError)
  await expect(read(name)).rejects.toThrow(sentence)
})
