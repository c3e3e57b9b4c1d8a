import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildCrossPLEval, type CrossSettings } from '../../../src/problems/crosspleval/build-crosspleval.ts'
import { readCrossTasks } from '../../../src/problems/crosspleval/read-cross-tasks.ts'
import type { Suite } from '../../../src/records/suite.ts'
import { DEFAULT_SUITE_LIMITS } from '../../../src/records/suite.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { collect } from '../../sources/collect.ts'
import { scriptedJudge } from '../scripted-judge.ts'
import { writeHumanEvalX } from './humaneval-x-rows.ts'

const scratch = scratchFolder()
const places = { from: 'humaneval-x', places: [writeHumanEvalX(join(scratch, 'humaneval-x'))] } as const
const settings: CrossSettings = {
  sources: ['python', 'java'],
  targets: ['python', 'java', 'php'],
  minTests: 5,
  maxTests: 32,
  limits: DEFAULT_SUITE_LIMITS,
  jobs: 2,
}

const WRONG: Verdict = { kind: 'wrong-answer', test: 0, expected: '1', got: '2' }
const judgeThat = (answer: (code: string, suite: Suite) => Verdict) => scriptedJudge(answer)
const content = () => judgeThat(() => ({ kind: 'passed' }))

function build(name: string, judge = content(), own: Partial<CrossSettings> = {}) {
  const out = join(scratch, name)
  const signal = new AbortController().signal
  return buildCrossPLEval(places, out, { ...settings, ...own }, judge, () => {}, signal)
}

const tasksOf = (name: string) => collect(readCrossTasks(join(scratch, name)))

test('each solution that passes is to be said again in each other target, by its own name and types', async () => {
  const judge = judgeThat((_code, suite) => {
    const [first] = suite.tests
    return first?.kind === 'call' && /^double(?:_a|A)ll$/.test(first.name) ? { kind: 'passed' } : WRONG
  })
  const summary = await build('a.jsonl', judge)
  expect(summary).toMatchObject({
    kind: 'finished',
    counts: {
      read: 2,
      problems: 1,
      tasks: 4,
      solutions: { java: 1, python: 1 },
      pairs: { python: { python: 0, java: 1, php: 1 }, java: { python: 1, java: 0, php: 1 } },
      drops: { 'few-tests': 1 },
    },
  })
  const tasks = await tasksOf('a.jsonl')
  expect(tasks.map(({ source, target, declaration }) => [source.language, target, declaration])).toEqual([
    ['java', 'python', 'def double_all(p1):'],
    ['python', 'java', 'public static long[] double_all(long[] p1)'],
    ['python', 'php', 'function double_all($p1)'],
    ['java', 'php', 'function double_all($p1)'],
  ])
  expect(tasks[0]).toMatchObject({
    sourceDeclaration: 'public List<Integer> doubleAll(List<Integer> numbers)',
    license: 'Apache-2.0 AND MIT',
    origin: { row: 'HumanEval/0' },
  })
  expect(tasks[0]!.suite.tests[0]).toMatchObject({ kind: 'call', name: 'double_all' })
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(4)
  const card = readFileSync(join(scratch, 'a.md'), 'utf8')
  expect(card).toContain('4 tasks of 1 problems')
  expect(card).toContain('| few-tests | 1 |')
  expect(card).toContain('| Apache-2.0 AND MIT | 1 |')
})

test('a solution that follows another convention is left out and counted', async () => {
  const { counts } = await build(
    'b.jsonl',
    judgeThat((code) => (code.includes('class') ? WRONG : { kind: 'passed' })),
  )
  expect(counts).toMatchObject({
    tasks: 2,
    solutions: { python: 1 },
    solutionDrops: { 'Java: solution-fails': 1 },
  })
})

test('a build that was killed goes on, and what comes out is the same', async () => {
  await build('whole.jsonl')
  const judge = content()
  const broken = scriptedJudge(() => ({ kind: 'unjudged', reason: 'the sandbox failed' }))
  expect(await build('c.jsonl', broken)).toMatchObject({
    kind: 'unfinished',
    unjudged: 'python is unjudged: the sandbox failed',
  })
  expect(existsSync(join(scratch, 'c.jsonl'))).toBe(false)
  appendFileSync(join(scratch, 'c.jsonl.journal'), '{"origin": {"data')
  await build('c.jsonl', judge, { jobs: 1 })
  expect(judge.asked).toHaveLength(2)
  expect(readFileSync(join(scratch, 'c.jsonl'), 'utf8')).toBe(
    readFileSync(join(scratch, 'whole.jsonl'), 'utf8'),
  )
  expect(existsSync(join(scratch, 'c.jsonl.journal'))).toBe(false)
})

test('what is settled is not judged again', async () => {
  const whole = content()
  await build('d.jsonl', whole)
  const other = join(scratch, 'e.jsonl.journal')
  const { sources, minTests, maxTests, limits } = settings
  writeFileSync(other, `${JSON.stringify({ ...places, sources, minTests, maxTests, limits })}\n`)
  const drop = { origin: { dataset: 'HumanEval-X', place: places.places[0], row: 'HumanEval/0' } }
  appendFileSync(other, `${JSON.stringify({ ...drop, kind: 'dropped', reason: 'told', detail: '' })}\n`)
  const judge = content()
  expect(await build('e.jsonl', judge)).toMatchObject({
    outcomes: { earlier: 1, dropped: 1 },
    counts: { problems: 0, drops: { told: 1, 'few-tests': 1 } },
  })
  expect(judge.asked).toEqual([])
})

test('other options than those that it was begun with are refused, and so is a file that is there', async () => {
  await build('f.jsonl')
  await expect(build('f.jsonl')).rejects.toThrow(/f\.jsonl is there already/)
  await expect(build('none/f.jsonl')).rejects.toThrow(/none does not exist: make that folder/)
  writeFileSync(join(scratch, 'g.jsonl.journal'), '{}\n')
  await expect(build('g.jsonl')).rejects.toThrow(/was begun with other sources or options/)
})

test('where 3.0 and 3 must differ, only Python is asked', async () => {
  const { tasksOfProof } = await import('../../../src/problems/crosspleval/tasks-of-proof.ts')
  const { WholeFloat } = await import('../../../src/records/json-value.ts')
  const call = (argument: number | InstanceType<typeof WholeFloat>, result: boolean) =>
    ({ kind: 'call', name: 'whole', arguments: [argument], result }) as const
  const suite: Suite = {
    tests: [call(3, true), call(WholeFloat.of(3), false)],
    comparison: { kind: 'exact' },
    limits: DEFAULT_SUITE_LIMITS,
  }
  const java = { program: { language: 'java', code: 'x' }, name: 'whole', declaration: 'x' } as const
  const proof = { id: 'id', suite, solutions: [java], failed: [] }
  const from = { origin: { dataset: 'd', place: 'p', row: '1' }, license: 'MIT' }
  const { tasks, drops } = tasksOfProof(proof, from, ['python', 'javascript'])
  expect(tasks.map(({ target }) => target)).toEqual(['python'])
  expect(drops).toMatchObject([{ target: 'javascript', reason: 'float-matters' }])
})

test('a file of tasks that is none is said by line and field', async () => {
  const path = join(scratch, 'bad.jsonl')
  const messageOf = (text: string) => {
    writeFileSync(path, text)
    return tasksOf('bad.jsonl').then(
      () => 'read',
      (error: Error) => error.message,
    )
  }
  const [line] = readFileSync(join(scratch, 'a.jsonl'), 'utf8').split('\n')
  expect(await messageOf(`${line}\n{}\n`)).toMatch(/bad\.jsonl:2 is no task in CrossPLEval's form \(id /)
  expect(await messageOf(line!.replace('"python"', '"cobol"'))).toMatch(/\(.*must be one of python/)
  expect(await messageOf('{')).toMatch(
    /bad\.jsonl:1 is no task in CrossPLEval's form \(it must be an object\)/,
  )
})
