/** POST /judge and what holds for every endpoint. */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_SERVE_LIMITS } from '../../src/serve/serve-limits.ts'
import { echoProblem, get, openTestServer, post, type TestServer } from './open-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({
    limits: { ...DEFAULT_SERVE_LIMITS, bodyBytes: 2 ** 20, tests: 3, testMs: 10_000 },
  })
})
afterAll(() => server.close())
afterEach(() => expect(server.bugs).toEqual([]))

const plusOne = { language: 'python', code: 'print(int(input()) + 1)', problem: echoProblem('1', '2') }
const judge = (body: unknown, init?: RequestInit) => post(server, '/judge', body, init)

describe('POST /judge', () => {
  it('gives the verdict', async () => {
    expect(await judge(plusOne)).toMatchObject({ status: 200, body: { kind: 'passed' } })
    expect(await judge({ ...plusOne, problem: echoProblem('1', '3') })).toMatchObject({
      status: 200,
      body: { kind: 'wrong-answer', test: 0, expected: '3', got: '2\n' },
    })
  })

  it('takes what a model wrote, and a problem as the text of its file', async () => {
    const { problem } = plusOne
    const answer = 'So:\n```python\nprint(int(input()) + 1)\n```\n'
    const asked = { language: 'python', answer, problem: JSON.stringify(problem) }
    expect(await judge(asked)).toMatchObject({ status: 200, body: { kind: 'passed' } })
    expect(await judge({ ...asked, answer: 'I do not know.' })).toMatchObject({
      status: 200,
      body: { kind: 'format-error' },
    })
  })

  it('tells 3.0 from 3, as the judge does', async () => {
    const asked = (result: string) =>
      `{"language": "python", "code": "def half(x):\\n    return x / 2", "problem": {"comparison": {"kind": "exact"},
        "tests": [{"kind": "call", "name": "kind", "arguments": [6], "result": ${result}}]}}`
        .replace('half(x)', 'kind(x)')
        .replace('x / 2', 'type(x).__name__')
    expect((await judge(asked('"int"'))).body.kind).toBe('passed')
    expect((await judge(asked('"int"').replace('[6]', '[6.0]'))).body).toMatchObject({ got: '"float"' })
  })
})

describe('what is wrong with a request is one sentence', () => {
  it.each([
    ['no JSON', '{', 400, /^The body is not JSON: /],
    ['no object', '[]', 422, /^The body must be an object of JSON\.$/],
    ['an unknown field', { ...plusOne, languages: 'c' }, 422, /did you mean "language"\?$/],
    [
      'an unknown language',
      { ...plusOne, language: 'cobol' },
      422,
      /"language" .* must be one of python, c, /,
    ],
    ['no program', { ...plusOne, code: undefined }, 422, /either "code" .* or "answer"/],
    ['two programs', { ...plusOne, answer: 'x' }, 422, /either "code" .* or "answer"/],
    ['no problem', { ...plusOne, problem: undefined }, 422, /^"problem" is missing in the body/],
    ['no tests', { ...plusOne, problem: { tests: [] } }, 422, /tests must hold at least one test/],
    ['a wrong test', { ...plusOne, problem: { tests: [{ kind: 'stdin' }] } }, 422, /tests\[0\]\.input/],
    [
      'too many tests',
      { ...plusOne, problem: { tests: Array(4).fill(plusOne.problem.tests[0]) } },
      422,
      /4 is more than this server gives \(3; see --max-tests\)/,
    ],
    [
      'too much time',
      { ...plusOne, problem: { ...plusOne.problem, limits: { testMs: 20_000 } } },
      422,
      /--max-test-seconds/,
    ],
    [
      'too much memory',
      { ...plusOne, problem: { ...plusOne.problem, limits: { memoryBytes: 2 ** 35 } } },
      422,
      /--max-memory-mib/,
    ],
    ['half a character', `{"language": "python", "problem": "\\ud800"}`, 400, /is not JSON/],
    [
      'arrays in arrays',
      `${'['.repeat(200_000)}1.0${']'.repeat(200_000)}`,
      422,
      /(?:nested too deeply|must be an object)/,
    ],
    ...[300, 5000, 20_000].map((depth): [string, string, number, RegExp] => {
      const value = `${'['.repeat(depth)}${']'.repeat(depth)}`
      const test = `{"kind": "call", "name": "f", "arguments": [${value}], "result": 1}`
      const body = `{"language": "python", "code": "", "problem": {"tests": [${test}]}}`
      return [`a problem ${depth} deep`, body, 422, /nested too deeply/]
    }),
  ])('%s', async (_name, body, status, sentence) => {
    const answered = await judge(body)
    expect(answered).toMatchObject({ status, body: { error: expect.stringMatching(sentence) } })
    expect(Object.keys(answered.body)).toEqual(['error'])
  })

  it('a body in another form', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect(await judge(plusOne, { headers })).toMatchObject({ status: 415 })
  })

  it('a body that is no text', async () => {
    expect(await judge('', { body: Buffer.from([0x22, 0xff, 0x22]) })).toMatchObject({ status: 400 })
  })

  it.each([1, 4])('a body of %s times what is taken', async (times) => {
    const body = { ...plusOne, code: '#'.repeat(times * 2 ** 20) }
    expect(await judge(body)).toMatchObject({
      status: 413,
      body: { error: expect.stringContaining('--max-body-mib') },
    })
  })

  it('such a body in parts, of which nobody said how long it is', async () => {
    let parts = 24
    const body = new ReadableStream({
      pull(controller) {
        if (parts-- === 0) controller.close()
        else controller.enqueue(Buffer.alloc(2 ** 16, '#'))
      },
    })
    const asked = judge('', { body, duplex: 'half' } as RequestInit)
    // The connection may be closed before the answer is read: the client is still sending.
    const answered = await asked.catch(() => undefined)
    expect(answered?.status ?? 413).toBe(413)
    expect(await judge(plusOne)).toMatchObject({ status: 200 })
  })

  it('another address, another method', async () => {
    expect(await post(server, '/judges', plusOne)).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('/judge, /verify, ') },
    })
    const response = await fetch(`${server.url}/judge`)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('GET /healthz and /metrics', () => {
  it('say that it works', async () => {
    expect(JSON.parse(await get(server, '/healthz'))).toEqual({ status: 'ok', running: 0, waiting: 0 })
  })

  it('count requests, and what came of programs, in the form of Prometheus', async () => {
    await judge(plusOne)
    await post(server, '/nowhere', {})
    const text = await get(server, '/metrics')
    const samples = new Map<string, number>()
    for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('# '))) {
      const [, name, labels = '', value] =
        /^([a-zA-Z_:][\w:]*)(\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? (\S+)$/.exec(line) ?? expect.unreachable(line)
      samples.set(`${name}${labels}`, value === 'Nan' ? Number.NaN : Number(value))
    }
    expect(samples.get('gepo_requests_total{endpoint="/judge",status="200"}')).toBeGreaterThan(0)
    expect(samples.get('gepo_requests_total{endpoint="other",status="404"}')).toBeGreaterThan(0)
    expect(samples.get('gepo_outcomes_total{language="python",outcome="passed"}')).toBeGreaterThan(0)
    expect(samples.get('gepo_request_seconds_bucket{le="+Inf",endpoint="/judge"}')).toBe(
      samples.get('gepo_request_seconds_count{endpoint="/judge"}'),
    )
    expect(samples.get('gepo_slots')).toBe(2)
    expect(samples.get('gepo_running')).toBe(0)
    expect(samples.get('gepo_waiting')).toBe(0)
  })
})

describe('clients', () => {
  it('two hundred at once get each the verdict on its own answer', async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const code = `print(${index})`
        // Every third expects something else, which its verdict must name with what this program printed.
        const expected = index % 3 === 0 ? 'other' : `${index}`
        const { status, body } = await judge({
          language: index % 2 === 0 ? 'python' : 'javascript',
          code: index % 2 === 0 ? code : `console.log(${index})`,
          problem: echoProblem('', expected),
        })
        return { index, status, body }
      }),
    )
    for (const { index, status, body } of all) {
      expect(status).toBe(200)
      if (index % 3 === 0) expect(body).toMatchObject({ kind: 'wrong-answer', got: `${index}\n` })
      else expect(body).toEqual({ kind: 'passed' })
    }
  })

  it('that leave have their work ended', async () => {
    const leaving = new AbortController()
    const endless = {
      ...plusOne,
      code: 'while True: pass',
      problem: { ...echoProblem('', ''), limits: { testMs: 10_000 } },
    }
    const asked = [1, 2, 3].map(() => judge(endless, { signal: leaving.signal }))
    const health = async () => JSON.parse(await get(server, '/healthz'))
    while ((await health()).running < 2) await sleep(10)
    leaving.abort()
    for (const one of asked) await expect(one).rejects.toThrow()
    while ((await health()).running + (await health()).waiting > 0) await sleep(10)
    expect(await judge(plusOne)).toMatchObject({ status: 200, body: { kind: 'passed' } })
    expect(await get(server, '/metrics')).toContain('gepo_requests_total{endpoint="/judge",status="499"}')
  })

  it('that leave in the middle of their body leave nothing', async () => {
    const { port } = new URL(server.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(
      'POST /judge HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"lang',
    )
    const health = async () => JSON.parse(await get(server, '/healthz'))
    while ((await health()).waiting === 0) await sleep(10)
    socket.destroy()
    while ((await health()).waiting > 0) await sleep(10)
  })
})

describe('a small queue', () => {
  it('answers 503 with a time to wait to what does not fit, and loses nothing of the rest', async () => {
    const small = await openTestServer({ slots: 1, queue: 2 })
    try {
      const slow = { ...plusOne, code: 'import time\ntime.sleep(0.3)\nprint(2)' }
      const all = await Promise.all(Array.from({ length: 20 }, () => post(small, '/judge', slow)))
      const done = all.filter(({ status }) => status === 200)
      const refused = all.filter(({ status }) => status === 503)
      expect(done.length + refused.length).toBe(20)
      expect(done.length).toBeGreaterThanOrEqual(3)
      expect(refused.length).toBeGreaterThan(0)
      for (const { body } of done) expect(body).toEqual({ kind: 'passed' })
      for (const { headers, body } of refused) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
        expect(body.error).toMatch(/^All slots /)
      }
      expect(await post(small, '/judge', plusOne)).toMatchObject({ status: 200 })
    } finally {
      await small.close()
    }
  })
})

describe('a token', () => {
  it('is asked for everywhere but at /healthz', async () => {
    const token = 'a-token-of-some-length'
    const guarded = await openTestServer({ token })
    try {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      expect(await post(guarded, '/judge', plusOne)).toMatchObject({ status: 401 })
      expect(await post(guarded, '/judge', plusOne, { headers })).toMatchObject({ status: 200 })
      expect((await fetch(`${guarded.url}/metrics`)).status).toBe(401)
      expect((await fetch(`${guarded.url}/nowhere`)).status).toBe(401)
      expect((await fetch(`${guarded.url}/healthz`)).status).toBe(200)
    } finally {
      await guarded.close()
    }
  })
})

describe('what nobody knows is no verdict', () => {
  it('an answer that takes the server’s time is 504', async () => {
    const hasty = await openTestServer({ limits: { ...DEFAULT_SERVE_LIMITS, answerMs: 300 } })
    try {
      const slow = {
        ...plusOne,
        code: 'while True: pass',
        problem: { ...echoProblem('', ''), limits: { testMs: 60_000 } },
      }
      expect(await post(hasty, '/judge', slow)).toMatchObject({
        status: 504,
        body: { error: expect.stringContaining('nothing is known') },
      })
    } finally {
      await hasty.close()
    }
  })
})
