import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Judge } from '../../src/judge/judge.ts'
import { openJudgeThreads } from '../../src/judge/open-judge-threads.ts'
import { WholeFloat } from '../../src/records/json-value.ts'
import { DEFAULT_SUITE_LIMITS, type Suite, type Test } from '../../src/records/suite.ts'

const suiteOf = (test: Test): Suite => ({
  tests: [test],
  comparison: { kind: 'words', tolerance: 0 },
  limits: DEFAULT_SUITE_LIMITS,
})
const plusOne = suiteOf({ kind: 'stdin', input: '1\n', output: '2\n' })
const python = (code: string) => ({ language: 'python', code }) as const
const endless = python('while True: pass')

describe('a judge on threads', () => {
  let judge: Judge
  beforeAll(async () => {
    judge = await openJudgeThreads({ slots: 3, threads: 2 })
  })
  afterAll(() => judge.close())

  it('gives each program its verdict, more of them than it has boxes', async () => {
    const answers = [1, 2, 3, 4, 5, 6, 7].map((added) => python(`print(int(input()) + ${added})`))
    const verdicts = await Promise.all(answers.map((answer) => judge.judge(answer, plusOne)))
    expect(verdicts.map(({ kind }) => kind)).toEqual(['passed', ...Array(6).fill('wrong-answer')])
  })

  it('keeps a float a float on the way', async () => {
    const half = suiteOf({
      kind: 'call',
      name: 'half',
      arguments: [WholeFloat.of(6)],
      result: WholeFloat.of(3),
    })
    const answer = python('def half(x):\n    assert isinstance(x, float)\n    return x / 2')
    expect(await judge.judge(answer, half)).toEqual({ kind: 'passed' })
  })

  it('rejects what is given up, and goes on with others', async () => {
    const given = new AbortController()
    const rejected = expect(judge.judge(endless, plusOne, { signal: given.signal })).rejects.toThrow('enough')
    given.abort(new Error('enough'))
    await rejected
    expect(await judge.judge(python('print(2)'), plusOne)).toEqual({ kind: 'passed' })
  })

  it('rejects what runs when it is closed, and what comes later', async () => {
    const closing = await openJudgeThreads({ slots: 1, threads: 1 })
    const running = expect(closing.judge(endless, plusOne)).rejects.toThrow('closed')
    await closing.close()
    await running
    await expect(closing.judge(endless, plusOne)).rejects.toThrow('closed')
  })
})
