import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CrossPlaces, readCrossItems } from '../../../src/problems/crosspleval/read-cross-items.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { collect } from '../../sources/collect.ts'
import { writeHumanEvalX } from './humaneval-x-rows.ts'

const scratch = scratchFolder()
const folder = writeHumanEvalX(join(scratch, 'humaneval-x'))
const read = (places: CrossPlaces) => collect(readCrossItems(places))

test('HumanEval-X: the calls of both tests, and what each language calls the function', async () => {
  const [first, second] = await read({ from: 'humaneval-x', places: [folder] })
  expect(first).toMatchObject({
    kind: 'problem',
    problem: {
      origin: { dataset: 'HumanEval-X', place: folder, row: 'HumanEval/0' },
      license: 'Apache-2.0 AND MIT',
      solutions: [
        {
          name: 'double_all',
          declaration: 'def double_all(numbers):',
          program: {
            language: 'python',
            code: 'def double_all(numbers):\n    return [2 * each for each in numbers]\n',
          },
        },
        { name: 'doubleAll', declaration: 'public List<Integer> doubleAll(List<Integer> numbers)' },
        { name: 'DoubleAll', declaration: 'func DoubleAll(numbers []int) []int' },
      ],
    },
  })
  const problem = first!.kind === 'problem' ? first!.problem : undefined
  // Imports are those that are used; what helps stands in the prompt.
  expect(problem!.solutions[2]!.program.code).toMatch(
    /^import \(\n {4}"sort"\n\)\n\nfunc twice\(n int\) int \{ return 2 \* n \}\n\nfunc DoubleAll/,
  )
  expect(problem!.readings[0]).toHaveLength(7)
  expect(problem!.readings[0]!.at(-1)).toEqual({
    kind: 'call',
    name: 'double_all',
    arguments: [[9]],
    result: [18],
  })
  expect(second).toMatchObject({
    problem: {
      solutions: [
        {
          name: 'shout',
          declaration: 'def shout(text):',
          program: { code: 'def shout(text):\n    import re\n    return text.upper()\n' },
        },
      ],
    },
  })
})

test('MultiPL-E adds what it has computed', async () => {
  const moreTests = join(scratch, 'js.jsonl')
  const tests =
    '  assert.deepEqual(candidate("), "),"),");\n  assert.deepEqual(candidate("b"),undefined);\n  assert.deepEqual(candidate([1.0], 2),[3.5]);\n  assert.deepEqual(candidate(9007199254740993),1);\n'
  writeFileSync(moreTests, `${JSON.stringify({ name: 'HumanEval_1_shout', tests })}\n`)
  const [, second] = await read({ from: 'humaneval-x', places: [folder], moreTests })
  const [, ...added] = second!.kind === 'problem' ? second!.problem.readings[0]! : []
  expect(JSON.stringify(added.map((test) => test.kind === 'call' && [test.arguments, test.result]))).toBe(
    '[[["), "],"),"],[["b"],null],[[[1.0],2],[3.5]]]',
  )
})

test('TACO: functions alone, with the declaration that the solution has', async () => {
  const file = join(scratch, 'taco.jsonl')
  const row = (input: object, ...solutions: string[]) =>
    `${JSON.stringify({ input_output: JSON.stringify(input), solutions: JSON.stringify(solutions) })}\n`
  const calls = { fn_name: 'add', inputs: [[1, 2]], outputs: [3] }
  writeFileSync(
    file,
    row(
      calls,
      'def add(a, b=(1, 2)):\n    return a + b',
      'class Solution:\n    def add(self, a: int, b: int) -> int:\n        return a + b',
      'add = lambda a, b: a + b',
    ) +
      row({ inputs: ['1\n'], outputs: ['1\n'] }, 'print(input())') +
      'no JSON\n',
  )
  const items = await read({ from: 'taco', places: [file], license: 'Apache-2.0' })
  expect(items).toMatchObject([
    {
      kind: 'problem',
      problem: {
        license: 'Apache-2.0',
        solutions: [
          { name: 'add', declaration: 'def add(a, b=(1, 2)):' },
          { declaration: 'def add(self, a: int, b: int) -> int:' },
          { declaration: 'def add(p1, p2):' },
        ],
      },
    },
    { kind: 'dropped', reason: 'no-function' },
    { kind: 'dropped', reason: 'bad-json' },
  ])
})

test('what is no such folder or file is said', async () => {
  mkdirSync(join(scratch, 'empty'))
  const of = (places: CrossPlaces) =>
    read(places).then(
      () => 'read',
      (error: Error) => error.message,
    )
  expect(await of({ from: 'humaneval-x', places: [join(scratch, 'empty')] })).toMatch(
    /empty has no humaneval_python\.jsonl\.gz.*: name a folder of HumanEval-X\.$/,
  )
  writeFileSync(join(scratch, 'empty/humaneval_python.jsonl'), '{"task_id": "Python/0"}\n')
  expect(await of({ from: 'humaneval-x', places: [join(scratch, 'empty')] })).toMatch(
    /line 1, is no row of HumanEval-X \(declaration\)/,
  )
  const moreTests = join(scratch, 'empty/humaneval_python.jsonl')
  expect(await of({ from: 'humaneval-x', places: [folder], moreTests })).toMatch(/is no row of MultiPL-E/)
})
