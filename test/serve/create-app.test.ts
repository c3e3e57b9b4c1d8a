/** What is answered when the judge does not know, by a judge that says so. */
import { describe, expect, it } from 'vitest'
import type { BoxJudge } from '../../src/judge/open-judge.ts'
import { createApp } from '../../src/serve/create-app.ts'
import { DEFAULT_SERVE_LIMITS } from '../../src/serve/serve-limits.ts'
import { createMetrics } from '../../src/serve/serve-metrics.ts'
import { WorkQueue } from '../../src/serve/work-queue.ts'
import { echoProblem } from './open-test-server.ts'

const UNJUDGED = { kind: 'unjudged', reason: 'the sandbox failed: no memory' } as const

/** By the program's text. */
const judge: BoxJudge = {
  accounting: 'processes',
  async judge({ code }) {
    if (code === 'bug') throw new Error('a bug')
    return code.startsWith('unknown') ? UNJUDGED : { kind: 'passed' }
  },
  run: async () => UNJUDGED,
  close: async () => {},
}

function appWith(verify: Parameters<typeof createApp>[0]['verify']) {
  const queue = new WorkQueue(1, 10)
  const bugs: unknown[] = []
  const metrics = createMetrics(queue, 1)
  const shared = { judge, verify, queue, metrics, limits: DEFAULT_SERVE_LIMITS, token: undefined }
  const app = createApp({ ...shared, report: (error) => bugs.push(error) })
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as object, headers: response.headers }
  }
  return { post, bugs, queue }
}

const problem = echoProblem('', '')
const python = (code: string) => `\`\`\`python\n${code}\n\`\`\``

describe('what nobody knows', () => {
  const { post, bugs, queue } = appWith('Code cannot be compared here: clang is not installed.')

  it('is an error, and neither a wrong answer nor a reward', async () => {
    expect(await post('/judge', { language: 'python', code: 'unknown', problem })).toMatchObject({
      status: 500,
      body: { error: 'The answer is not judged: the sandbox failed: no memory' },
    })
    const label = { language: 'python', ...problem }
    const query = [python('right'), python('unknown')]
    const rewarded = await post('/get_reward', { query, prompts: ['', ''], labels: [label, label] })
    expect(rewarded).toMatchObject({ status: 500, body: { error: expect.any(String) } })
    expect(Object.keys(rewarded.body)).toEqual(['error'])
  })

  it('has SandboxFusion’s own word where its clients run a program', async () => {
    expect(await post('/run_code', { language: 'python', code: '' })).toMatchObject({
      status: 200,
      body: { status: 'SandboxError', message: UNJUDGED.reason, run_result: null },
    })
    const config = {
      language: 'python',
      provided_data: { test: [{ input: { stdin: '' }, output: { stdout: '' } }] },
    }
    expect(await post('/submit', { id: 1, completion: python('x'), config })).toMatchObject({ status: 500 })
  })

  it('is said of what this machine cannot do', async () => {
    const file = { name: 'a.c', content: '' }
    expect(await post('/verify', { a: file, b: file })).toMatchObject({
      status: 501,
      body: { error: 'Code cannot be compared here: clang is not installed.' },
    })
  })

  it('leaves every place free', () => {
    expect([queue.running, queue.waiting, bugs]).toEqual([0, 0, []])
  })
})

describe('a bug', () => {
  it('is told of and answered, and the server goes on', async () => {
    const { post, bugs, queue } = appWith('no')
    const asked = { language: 'python', code: 'bug', problem }
    expect(await post('/judge', asked)).toMatchObject({
      status: 500,
      body: { error: expect.stringMatching(/bug/) },
    })
    expect(bugs).toMatchObject([{ message: 'a bug' }])
    expect(await post('/judge', { ...asked, code: 'right' })).toMatchObject({
      status: 200,
      body: { kind: 'passed' },
    })
    expect(queue.waiting).toBe(0)
  })
})

describe('a request of several answers', () => {
  it('that do not fit into the queue together is refused whole', async () => {
    const { post, queue } = appWith('no')
    const label = { language: 'python', ...problem }
    const many = <Item>(item: Item) => Array<Item>(12).fill(item)
    const body = { query: many(python('right')), prompts: many(''), labels: many(label) }
    const answered = await post('/get_reward', body)
    expect([answered.status, answered.headers.get('retry-after')]).toEqual([503, '1'])
    expect(queue.waiting).toBe(0)
  })
})
