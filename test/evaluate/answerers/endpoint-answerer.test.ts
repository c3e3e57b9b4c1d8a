import { afterEach, describe, expect, it } from 'vitest'
import type { Answering, AnswerRequest } from '../../../src/evaluate/answerers/answerer.ts'
import { type EndpointOptions, openEndpoint } from '../../../src/evaluate/answerers/endpoint-answerer.ts'
import { type Manner, type StubEndpoint, type StubRequest, startStubEndpoint } from '../stub-endpoint.ts'

const requests = (count: number): AnswerRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    problem: {
      id: `python/${i}`,
      source: null,
      target: 'python',
      completion: { prompt: `def f${i}():\n`, stops: ['\na', '\nb', '\nc', '\nd', '\ne'], end: '' },
      message: `Write f${i}.`,
      imports: [],
      suite: {
        tests: [],
        comparison: { kind: 'exact' },
        limits: { testMs: 1, memoryBytes: 1, outputBytes: 1 },
      },
      unanswerable: null,
    },
    sample: 0,
  }))

let stub: StubEndpoint | undefined
afterEach(() => stub?.close())

async function ask(
  manner: (request: StubRequest, n: number) => Manner | Promise<Manner>,
  given: Partial<EndpointOptions> = {},
  count = 1,
): Promise<Answering[]> {
  stub = await startStubEndpoint(manner)
  const answers = new Map<string, Answering>()
  const options: EndpointOptions = {
    url: stub.url,
    model: 'tiny',
    key: 'secret',
    fields: { top_k: 20 },
    prompt: 'raw',
    samples: 1,
    temperature: 0.5,
    topP: 0.9,
    maxTokens: 77,
    seed: 3,
    system: null,
    concurrency: 4,
    timeoutMs: 60_000,
    patience: { attempts: 3, firstDelayMs: 1 },
    ...given,
  }
  const asked = requests(count)
  await openEndpoint(options).answer(
    asked,
    ({ problem }, answering) => answers.set(problem.id, answering),
    new AbortController().signal,
  )
  return asked.map(({ problem }) => answers.get(problem.id)!)
}

const fine: Manner = { text: '    return 1\n' }
const answer = { kind: 'answer', text: '    return 1\n', finish: 'stop' }

describe('what an endpoint is asked', () => {
  it('is a completion with its prompt, or a chat with its messages', async () => {
    expect(await ask(() => fine)).toEqual([answer])
    const [raw] = stub!.requests
    expect(raw).toMatchObject({
      path: '/v1/completions',
      authorization: 'Bearer secret',
      body: { model: 'tiny', prompt: 'def f0():', temperature: 0.5, top_p: 0.9, max_tokens: 77, top_k: 20 },
    })
    // OpenAI takes no more; the others are applied to the answer.
    expect(raw!.body.stop).toEqual(['\na', '\nb', '\nc', '\nd'])
    await stub!.close()
    expect(await ask(() => fine, { prompt: 'chat', system: 'Be brief.', key: undefined })).toEqual([answer])
    expect(stub!.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      authorization: undefined,
      body: {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Write f0.' },
        ],
      },
    })
  })

  it('has a seed of its own for each answer, the same in each run', async () => {
    await ask(() => fine, {}, 8)
    const seeds = () => stub!.requests.map(({ body }) => `${body.prompt} ${body.seed}`).sort()
    const first = seeds()
    expect(new Set(stub!.requests.map(({ body }) => body.seed)).size).toBe(8)
    await stub!.close()
    await ask(() => fine, {}, 8)
    expect(seeds()).toEqual(first)
  })

  it('is never more at a time than is allowed', async () => {
    let [open, most] = [0, 0]
    await ask(
      async () => {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setTimeout(resolve, 20))
        open--
        return fine
      },
      { concurrency: 3 },
      12,
    )
    expect(most).toBe(3)
  })
})

describe('what is tried again', () => {
  it.each<[string, Manner]>([
    ['too many requests', { status: 429, retryAfterSeconds: 0 }],
    ['an error of the server', { status: 500 }],
    ['a reply that breaks off', { breaksOff: true }],
    ['a reply that is no JSON', { body: '<html>Bad gateway</html>' }],
    ['an error with status 200', { body: '{"error": {"message": "overloaded"}}' }],
  ])('%s', async (_, manner) => {
    expect(await ask((_request, n) => (n === 0 ? manner : fine))).toEqual([answer])
    expect(stub!.requests.length).toBe(2)
  })

  it('a reply that does not come', async () => {
    expect(await ask((_, n) => (n === 0 ? { waitMs: 60_000 } : fine), { timeoutMs: 1500 })).toEqual([answer])
  })

  it('so often, and then the answer is missing with the reason', async () => {
    expect(await ask(() => ({ status: 503, message: 'loading' }))).toEqual([
      { kind: 'failed', reason: 'status 503: loading' },
    ])
    expect(stub!.requests.length).toBe(3)
  })

  it('not what would be refused again', async () => {
    const tooLong: Manner = { status: 400, message: 'the prompt is too long' }
    expect(await ask(({ body }) => (body.prompt === 'def f0():' ? tooLong : fine), {}, 2)).toEqual([
      { kind: 'failed', reason: 'status 400: the prompt is too long' },
      answer,
    ])
    expect(stub!.requests.length).toBe(2)
  })
})

describe('what is not held against the model', () => {
  it('a refusal, and what a filter held back', async () => {
    expect(await ask(() => ({ text: '', refusal: 'I may not.' }), { prompt: 'chat' })).toEqual([
      { kind: 'failed', reason: 'refused: I may not.' },
    ])
    await stub!.close()
    expect(await ask(() => ({ text: 'ret', finish: 'content_filter' }))).toMatchObject([{ kind: 'failed' }])
  })

  it('but an answer that was cut off is one', async () => {
    expect(await ask(() => ({ text: '    ret', finish: 'length' }))).toEqual([
      { kind: 'answer', text: '    ret', finish: 'length' },
    ])
  })
})

describe('what ends everything', () => {
  it.each<[string, Manner, RegExp]>([
    [
      'a key that is not taken',
      { status: 401, message: 'bad key' },
      /refuses the key \(status 401: bad key\).*OPENAI_API_KEY/,
    ],
    ['a model that is not there', { status: 404 }, /has no model tiny.*--model, or try --prompt chat/],
  ])('%s', async (_, manner, sentence) => {
    await expect(ask(() => manner, {}, 30)).rejects.toThrow(sentence)
    expect(stub!.requests.length).toBeLessThanOrEqual(8)
  })

  it('a server that is not there', async () => {
    const gone = await startStubEndpoint(() => fine)
    await gone.close()
    await expect(ask(() => fine, { url: gone.url })).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/)
  })

  it('failures in a row without an answer between them', async () => {
    await expect(ask(() => ({ status: 400, message: 'never' }), {}, 200)).rejects.toThrow(
      /no answer 20 times in a row \(status 400: never\)/,
    )
    expect(stub!.requests.length).toBeLessThan(40)
  })

  it('a raised signal, with its reason', async () => {
    const controller = new AbortController()
    stub = await startStubEndpoint(() => {
      controller.abort(new Error('enough'))
      return { waitMs: 60_000 }
    })
    const options = { url: stub.url, prompt: 'raw', concurrency: 2, timeoutMs: 60_000 } as EndpointOptions
    const answering = openEndpoint({ ...options, patience: { attempts: 1, firstDelayMs: 1 } }).answer(
      requests(4),
      () => {},
      controller.signal,
    )
    await expect(answering).rejects.toThrow('enough')
  })
})
