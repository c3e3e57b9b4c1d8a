/** POST /verify and POST /get_reward. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { get, openTestServer, post, type TestServer } from './open-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
afterEach(() => expect(server.bugs).toEqual([]))

describe('POST /verify', () => {
  const file = (content: string) => ({ name: 'one.c', content })
  const plus = file('int f(int x) { return x > 1000 ? x - 1 : x + 1; }\n')
  const verify = (body: object) => post(server, '/verify', { inputs: 300, ...body })

  it('finds two files equal, or an input on which they differ', { timeout: 120_000 }, async () => {
    const same = file('int f(int y) { return y <= 1000 ? 1 + y : y - 1; }\n')
    const other = file('int f(int x) { return x + 1; }\n')
    const [equal, differ] = await Promise.all([verify({ a: plus, b: same }), verify({ a: plus, b: other })])
    expect(equal).toMatchObject({ status: 200, body: { verdict: 'equal', witness: null } })
    expect(differ).toMatchObject({
      status: 200,
      body: { verdict: 'differ', witness: { call: expect.stringContaining('f('), a: {}, b: {} } },
    })
  })

  it('says what it does not know', { timeout: 120_000 }, async () => {
    const endless = file('int f(int x) { for (;;) { } return x; }\n')
    expect(await verify({ a: endless, b: endless })).toMatchObject({
      status: 200,
      body: { verdict: 'unknown', reason: expect.any(String) },
    })
  })

  it('is ended when the client leaves', { timeout: 120_000 }, async () => {
    const leaving = new AbortController()
    const body = { a: plus, b: plus, inputs: 1_000_000 }
    const asked = post(server, '/verify', body, { signal: leaving.signal })
    const health = async () => JSON.parse(await get(server, '/healthz'))
    while ((await health()).running === 0) await sleep(10)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    while ((await health()).running > 0) await sleep(10)
    expect(await get(server, '/metrics')).toContain('{endpoint="/verify",status="499"}')
  })

  it.each([
    ['nothing in common', { a: plus, b: file('int g(void) { return 1; }\n') }, /no function in common/],
    ['no C', { a: plus, b: file('this is prose\n') }, /does not compile/],
    ['no content', { a: plus, b: { name: 'b.c' } }, /"b" must have either "content"/],
    ['bitcode that is none', { a: plus, b: { name: 'b.bc', base64: '***' } }, /must be base64/],
    ['too much time', { a: plus, b: plus, seconds: 100_000 }, /--max-answer-seconds/],
    ['inputs that are none', { a: plus, b: plus, inputs: 0 }, /whole number from 1/],
  ])('refuses %s', { timeout: 120_000 }, async (_name, body, sentence) => {
    expect(await verify(body)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(sentence) },
    })
  })
})

describe('POST /get_reward', () => {
  const prompt = '<|user|>Double the number. An example in Python:\n```python\nprint(2)\n```\n<|assistant|>'
  const right = 'So:\n```python\nprint(int(input()) * 2)\n```'
  const label = { language: 'python', tests: [{ kind: 'stdin', input: '2', output: '4' }] }
  const ask = (responses: readonly string[], rest: object = {}) =>
    post(server, '/get_reward', {
      query: responses.map((response) => prompt + response),
      prompts: responses.map(() => prompt),
      labels: responses.map(() => JSON.stringify(label)),
      ...rest,
    })

  it('is 1.0 for an answer that passes and 0.0 for one that does not, in their order', async () => {
    const { body } = await ask([right, 'No idea.', right.replace('* 2', '* 3'), `${right}<|im_end|>\n`])
    expect(body).toEqual({
      rewards: [1, 0, 0, 1],
      scores: [1, 0, 0, 1],
      extra_logs: { passed: [1, 0, 0, 1] },
    })
  })

  it('is a float, of which tensors of floats are made', async () => {
    const response = await fetch(`${server.url}/get_reward`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: [prompt + right], prompts: [prompt], labels: [label] }),
    })
    expect(await response.text()).toContain('"rewards":[1.0]')
  })

  it.each(['</s>', '<eos>', '<|endoftext|><|endoftext|>', ' <｜end▁of▁sentence｜>', '<end_of_turn>\n'])(
    'does not mind %s at the end',
    async (mark) => {
      expect((await ask([right + mark])).body.rewards).toEqual([1])
    },
  )

  it('is none where the response cannot be told from the prompt', async () => {
    expect(await ask([right], { prompts: ['another'] })).toMatchObject({ status: 422 })
  })

  it.each([
    ['lists of several lengths', { labels: [] }, /lists of one length/],
    ['nothing', { query: [], prompts: [], labels: [] }, /at least one/],
    [
      'a label without a language',
      { labels: [{ tests: label.tests }] },
      /"language" in label 1 must be one of /,
    ],
    ['a label that is no JSON', { labels: ['4'] }, /Label 1 must be an object/],
    ['a label that is no problem', { labels: [{ ...label, tests: [] }] }, /Label 1 is not a problem/],
  ])('refuses %s', async (_name, body, sentence) => {
    expect(await ask([right], body)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(sentence) },
    })
  })
})
