import { describe, expect, test } from 'vitest'
import { proveProblem, spread } from '../../src/problems/prove-problem.ts'
import type { RawProblem } from '../../src/records/problem.ts'
import type { Test } from '../../src/records/suite.ts'
import type { Verdict } from '../../src/records/verdict.ts'
import { scriptedJudge } from './scripted-judge.ts'

const settings = {
  minTests: 2,
  maxTests: 3,
  limits: { testMs: 1000, memoryBytes: 1 << 28, outputBytes: 1 << 20 },
}

const stdin = (input: number, output = input * 2): Test => ({
  kind: 'stdin',
  input: `${input}`,
  output: `${output}`,
})

const raw = (problem: Partial<RawProblem> = {}): RawProblem => ({
  origin: { dataset: 'set', place: 'file', row: '0' },
  license: 'MIT',
  readings: [[stdin(1), stdin(2), stdin(3)]],
  comparison: { kind: 'lines' },
  solutions: [{ language: 'python', code: 'right' }],
  ...problem,
})

const WRONG: Verdict = { kind: 'wrong-answer', test: 0, expected: '', got: '' }
const passesIf = (isRight: (code: string) => boolean) =>
  scriptedJudge((code) => (isRight(code) ? { kind: 'passed' } : WRONG))
const right = () => passesIf((code) => code.startsWith('right'))

describe('a problem is proven', () => {
  test('by the first solution of each language that passes', async () => {
    const judge = right()
    const solutions = [
      { language: 'python', code: 'wrong' },
      { language: 'python', code: 'right 1' },
      { language: 'python', code: 'right 2' },
      { language: 'cpp', code: 'wrong' },
      { language: 'bash', code: 'right' },
    ] as const
    const proof = await proveProblem(raw({ solutions }), judge, settings)
    expect(proof).toMatchObject({ kind: 'proven', solutions: [solutions[1], solutions[4]] })
    expect(judge.asked).toEqual(['wrong', 'right 1', 'wrong', 'right'])
  })

  test('under the reading of its tests that the first of them passes, which then holds for all', async () => {
    const readings = [
      [stdin(1), stdin(2)],
      [stdin(1, 7), stdin(2, 8)],
    ]
    const judge = scriptedJudge((_code, { tests: [first] }) =>
      first?.kind === 'stdin' && first.output === '7' ? { kind: 'passed' } : WRONG,
    )
    const solutions = [
      { language: 'python', code: 'a' },
      { language: 'cpp', code: 'b' },
    ] as const
    const proof = await proveProblem(raw({ readings, solutions }), judge, settings)
    expect(proof).toMatchObject({ kind: 'proven', suite: { tests: readings[1] }, solutions })
    expect(judge.asked).toEqual(['a', 'a', 'b'])
  })

  test('on distinct tests, as many as are asked for', async () => {
    const readings = [[1, 1, 2, 3, 4, 5, 6].map((input) => stdin(input))]
    const proof = await proveProblem(raw({ readings }), right(), settings)
    expect(proof).toMatchObject({ suite: { tests: [stdin(1), stdin(3), stdin(5)] } })
  })

  test('under an id that follows from its suite alone', async () => {
    const ids = await Promise.all(
      [raw(), raw({ license: 'other' }), raw({ readings: [[stdin(1), stdin(2)]] })].map(async (problem) => {
        const proof = await proveProblem(problem, right(), settings)
        return proof.kind === 'proven' ? proof.id : undefined
      }),
    )
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })
})

describe('a problem is dropped', () => {
  test.each([
    ['no-tests', { readings: [[]] }],
    ['few-tests', { readings: [[stdin(1), stdin(1)]] }],
    ['one-output', { readings: [[stdin(1, 5), stdin(2, 5)]] }],
    ['no-solution', { solutions: [] }],
  ] as const)('for %s, before anything is run', async (reason, problem) => {
    const judge = right()
    expect(await proveProblem(raw(problem), judge, settings)).toMatchObject({ kind: 'dropped', reason })
    expect(judge.asked).toEqual([])
  })

  test('where no solution passes, after three of a language', async () => {
    const judge = passesIf(() => false)
    const solutions = [1, 2, 3, 4].map((n) => ({ language: 'python' as const, code: `${n}` }))
    expect(await proveProblem(raw({ solutions }), judge, settings)).toEqual({
      kind: 'dropped',
      reason: 'solution-fails',
      detail: 'python: wrong-answer in test 0',
    })
    expect(judge.asked).toEqual(['1', '2', '3'])
  })
})

describe('a language that is not installed', () => {
  const judge = () =>
    scriptedJudge((code) =>
      code === 'absent' ? { kind: 'unjudged', reason: 'install it' } : { kind: 'passed' },
    )

  test('leaves the problem for later', async () => {
    const solutions = [{ language: 'php', code: 'absent' }] as const
    expect(await proveProblem(raw({ solutions }), judge(), settings)).toEqual({
      kind: 'unjudged',
      reason: 'php is unjudged: install it',
    })
  })

  test('does not matter where another proves it', async () => {
    const solutions = [
      { language: 'php', code: 'absent' },
      { language: 'python', code: 'right' },
    ] as const
    expect(await proveProblem(raw({ solutions }), judge(), settings)).toMatchObject({
      kind: 'proven',
      solutions: [solutions[1]],
    })
  })
})

test('tests are chosen evenly', () => {
  expect(spread([0, 1, 2, 3, 4, 5], 3)).toEqual([0, 2, 4])
  expect(spread([0, 1, 2], 3)).toEqual([0, 1, 2])
  expect(spread([0, 1, 2], 9)).toEqual([0, 1, 2])
})
