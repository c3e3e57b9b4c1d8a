import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MULTIPL_E } from '../../src/evaluate/benchmarks/multipl-e.ts'
import type { DrawingConfig } from '../../src/evaluate/evaluation-config.ts'
import type { AnswersPlace } from '../../src/evaluate/open-answers.ts'
import { readResults } from '../../src/evaluate/results-folder.ts'
import { type BenchmarkOptions, runBenchmark } from '../../src/evaluate/run-benchmark.ts'
import type { Judge } from '../../src/judge/judge.ts'
import { openJudge } from '../../src/judge/open-judge.ts'
import { openTrainingRows } from '../../src/store/training-rows.ts'
import { initModel } from '../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../src/train/model/model-sizes.ts'
import { openTensorEngine } from '../../src/train/tensor-engine/open-tensor-engine.ts'
import type { GenerationRequest, Model, TensorEngine } from '../../src/train/tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../../src/train/tokenizer/load-tokenizer.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { makeTinyWorld } from '../train/run/tiny-run.ts'
import { NO_ENGINE } from '../train/tensor-engine/open-tiny.ts'
import { asChat, SMALL_PROBLEMS, writeAnswers, writeLines, writeRows } from './small-benchmark.ts'
import { type StubRequest, startStubEndpoint } from './stub-endpoint.ts'

const folder = scratchFolder()
const rows = writeRows(folder)
const world = makeTinyWorld(12)

let judge: Judge
beforeAll(async () => {
  judge = await openJudge({ slots: 2 })
})
afterAll(() => judge.close())

const GREEDY: DrawingConfig = {
  prompt: 'raw',
  samples: 1,
  temperature: 0,
  topP: 1,
  maxTokens: 300,
  seed: 0,
  system: null,
}

let runs = 0
function run(answers: AnswersPlace, given: Partial<BenchmarkOptions> = {}) {
  const out = given.out ?? join(folder, `run-${runs++}`)
  return runBenchmark({
    benchmark: MULTIPL_E,
    languages: null,
    limit: null,
    from: [rows],
    out,
    answers,
    ks: null,
    resultFiles: false,
    // The test's own is closed once.
    openJudge: async () => ({ judge: (...args) => judge.judge(...args), close: async () => {} }),
    report: () => {},
    signal: new AbortController().signal,
    ...given,
  }).then((summary) => ({ ...summary, out }))
}

/** By the answer's number and its problem. What a runtime says may name a thread or an address, which differ. */
function verdictsIn(out: string): Record<string, string> {
  const kinds = [...readResults(out).verdicts].map(([key, { verdict }]): [string, string] => [
    key,
    verdict.kind,
  ])
  return Object.fromEntries(kinds.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const endpoint = (url: string, drawing: DrawingConfig = GREEDY): AnswersPlace => ({
  kind: 'endpoint',
  url,
  model: 'tiny',
  key: undefined,
  fields: {},
  drawing,
  concurrency: 2,
  timeoutMs: 60_000,
  attempts: 2,
})

const problemOf = ({ body }: StubRequest) => {
  const asked = body.prompt ?? (body.messages as { content: string }[]).at(-1)!.content
  return SMALL_PROBLEMS.find(({ prompt }) => String(asked).includes(prompt.trim()))!
}

/** An engine whose model writes what a script says for each prompt, in the ids of the folder's tokenizer. */
function scriptedEngine(modelFolder: string, textOf: (prompt: string) => string): TensorEngine {
  const generate = async (request: GenerationRequest) => {
    const tokenizer = await loadTokenizer(modelFolder)
    for (let prompt = 0; prompt + 1 < request.offsets.length; prompt++) {
      const ids = request.ids.slice(request.offsets[prompt], request.offsets[prompt + 1])
      const [asked, drawn] = splitBehind(
        await tokenizer.decode(ids),
        SMALL_PROBLEMS.map((one) => one.prompt.trim()),
      )
      const [whole] = await tokenizer.encode([textOf(asked)])
      const [before] = await tokenizer.encode([drawn])
      const left = Int32Array.of(...whole!.slice(before!.length), tokenizer.end.id)
      const response = left.slice(0, request.maxNewTokens)
      request.onResponse?.({
        prompt,
        ids: response,
        logProbs: new Float32Array(response.length),
        stopped: left.length <= request.maxNewTokens,
      })
    }
    return {
      ids: new Int32Array(),
      offsets: new Int32Array(1),
      logProbs: new Float32Array(),
      stopped: new Uint8Array(),
    }
  }
  return {
    torchVersion: 'none',
    hasCuda: false,
    openModel: async () =>
      ({ generate, info: { maxPositions: 4096 }, close: async () => {} }) as unknown as Model,
    close: async () => {},
  }
}

function splitBehind(text: string, prompts: readonly string[]): [string, string] {
  const found = prompts.find((prompt) => text.startsWith(prompt))!
  return [found, text.slice(found.length)]
}

describe('the same answers', () => {
  it('have the same verdicts from a file, an endpoint and a model', async () => {
    const file = await run({ kind: 'file', path: writeAnswers(folder), prompt: 'raw' })
    expect(file.scores).toMatchObject([
      {
        target: 'python',
        problems: 4,
        judged: 4,
        unjudged: 0,
        unanswered: 0,
        passAt: { 1: { value: 0.75 } },
      },
    ])
    for (const { id, passes } of SMALL_PROBLEMS)
      expect(verdictsIn(file.out)[`0 ${id}`]).toBe(passes ? 'passed' : 'runtime-error')

    const stub = await startStubEndpoint((request) => ({ text: problemOf(request).completion }))
    try {
      const served = await run(endpoint(stub.url))
      expect(verdictsIn(served.out)).toEqual(verdictsIn(file.out))
      expect(served.scores).toEqual(file.scores)
    } finally {
      await stub.close()
    }

    const engine = scriptedEngine(
      world.model,
      (prompt) => SMALL_PROBLEMS.find((one) => one.prompt.trim() === prompt)!.completion,
    )
    const drawn = await run({
      kind: 'model',
      folder: world.model,
      // In parts: most completions are longer than one token.
      drawing: GREEDY,
      batchSize: 3,
      numberType: 'float32',
      loadEngine: async () => engine,
    })
    expect(verdictsIn(drawn.out)).toEqual(verdictsIn(file.out))
  })

  it('pass in chat as they do raw', async () => {
    const stub = await startStubEndpoint((request) => ({ text: asChat(problemOf(request)) }))
    try {
      const { scores } = await run(endpoint(stub.url, { ...GREEDY, prompt: 'chat' }))
      expect(scores).toMatchObject([{ judged: 4, outcomes: { passed: 3, 'runtime-error': 1 } }])
    } finally {
      await stub.close()
    }
  })

  it.skipIf(NO_ENGINE)('of a small model have the same verdicts from the other two', async () => {
    const tiny = join(folder, 'tiny-model')
    const database = openTrainingRows(world.database)
    await initModel(database, { ...MODEL_SIZES.tiny, out: tiny, seed: 1, maxPositions: 1024, textBytes: 1e6 })
    database.close()
    const drawing = { ...GREEDY, maxTokens: 150, samples: 2, temperature: 1 }
    const drawn = await run({
      kind: 'model',
      folder: tiny,
      drawing,
      batchSize: 3,
      numberType: undefined,
      loadEngine: async () => openTensorEngine({ threads: 1 }),
    })
    expect(drawn.scores).toMatchObject([{ judged: 8, unanswered: 0 }])
    const file = await run({ kind: 'file', path: join(drawn.out, 'answers.jsonl'), prompt: 'raw' })
    expect(verdictsIn(file.out)).toEqual(verdictsIn(drawn.out))

    const texts = new Map([...readResults(drawn.out).answers.values()].map((one) => [one.text, one]))
    expect(texts.size).toBe(8)
    const left = new Map(SMALL_PROBLEMS.map(({ id }) => [id, [0, 1]]))
    const stub = await startStubEndpoint((request) => {
      const { id } = problemOf(request)
      const sample = left.get(id)!.shift()!
      const { text, finish } = [...texts.values()].find((one) => one.problem === id && one.sample === sample)!
      return { text, finish }
    })
    try {
      // One after the other, so that the first answer to a problem is the first asked for.
      const served = await run({ ...endpoint(stub.url, drawing), concurrency: 1 } as AnswersPlace)
      expect(verdictsIn(served.out)).toEqual(verdictsIn(drawn.out))
    } finally {
      await stub.close()
    }
  })
})

describe('what is missing', () => {
  it('is neither passed nor failed, and is asked for by the next run alone', async () => {
    const out = join(folder, 'missing')
    let ill = true
    const stub = await startStubEndpoint((request) =>
      ill && problemOf(request).id.endsWith('add')
        ? { status: 500, message: 'ill' }
        : { text: problemOf(request).completion },
    )
    try {
      const first = await run(endpoint(stub.url), { out })
      expect(first.scores).toMatchObject([{ judged: 3, unanswered: 1, passAt: { 1: { value: 2 / 3 } } }])
      expect(first.missing).toEqual([
        { problem: SMALL_PROBLEMS[0]!.id, sample: 0, reason: 'status 500: ill' },
      ])
      ill = false
      const asked = stub.requests.length
      const second = await run(endpoint(stub.url), { out })
      expect(second.scores).toMatchObject([{ judged: 4, unanswered: 0, passAt: { 1: { value: 0.75 } } }])
      expect(stub.requests.length).toBe(asked + 1)
    } finally {
      await stub.close()
    }
  })

  it('for what could not be judged is judged again', async () => {
    const out = join(folder, 'unjudged')
    const answers: AnswersPlace = { kind: 'file', path: writeAnswers(folder), prompt: 'raw' }
    const away: Judge = {
      judge: async () => ({ kind: 'unjudged', reason: 'no sandbox' }),
      close: async () => {},
    }
    const first = await run(answers, { out, openJudge: async () => away })
    expect(first.scores).toMatchObject([{ judged: 0, unjudged: 4, passAt: {} }])
    expect(first.unjudged).toEqual({ 'no sandbox': 4 })
    expect((await run(answers, { out })).scores).toMatchObject([{ judged: 4, unjudged: 0 }])
  })
})

describe('an evaluation', () => {
  it('keeps what is done when it is stopped, and goes on', async () => {
    const out = join(folder, 'stopped')
    const stopping = new AbortController()
    const stub = await startStubEndpoint((request, n) => {
      if (n === 2) stopping.abort()
      return { text: problemOf(request).completion }
    })
    try {
      const first = await run(endpoint(stub.url), { out, signal: stopping.signal })
      expect(first.kind).toBe('interrupted')
      const second = await run(endpoint(stub.url), { out })
      expect(second).toMatchObject({
        kind: 'finished',
        scores: [{ judged: 4, passAt: { 1: { value: 0.75 } } }],
      })
    } finally {
      await stub.close()
    }
  })

  it('refuses answers of other settings in its folder', async () => {
    const out = join(folder, 'settings')
    const stub = await startStubEndpoint((request) => ({ text: problemOf(request).completion }))
    try {
      await run(endpoint(stub.url), { out })
      await expect(run(endpoint(stub.url, { ...GREEDY, maxTokens: 400 }), { out })).rejects.toThrow(
        /begun with answers\.maxTokens 300, not 400/,
      )
    } finally {
      await stub.close()
    }
  })

  it('refuses more answers than there are for pass@k', async () => {
    const answers: AnswersPlace = { kind: 'file', path: writeAnswers(folder), prompt: 'raw' }
    await expect(run(answers, { ks: [5] })).rejects.toThrow(
      /pass@5 wants 5 answers of a problem, and there are 1/,
    )
  })

  it("writes MultiPL-E's result files where it is asked", async () => {
    const lines = SMALL_PROBLEMS.slice(2).map(({ id, completion }) => ({ problem: id, text: completion }))
    const path = writeLines(join(folder, 'two.jsonl'), lines)
    const { out } = await run({ kind: 'file', path, prompt: 'raw' }, { resultFiles: true })
    const { readBytes } = await import('../../src/sources/read-bytes.ts')
    const read = async (name: string) => {
      const chunks: Buffer[] = []
      for await (const chunk of readBytes(join(out, 'multipl-e/python', `${name}.results.json.gz`)))
        chunks.push(chunk)
      return JSON.parse(Buffer.concat(chunks).toString())
    }
    expect(await read('HumanEval_2_divisor')).toMatchObject({ results: [{ status: 'OK', exit_code: 0 }] })
    expect(await read('HumanEval_3_product')).toMatchObject({
      results: [{ status: 'Exception', exit_code: 1 }],
    })
    expect(await read('HumanEval_0_add')).toMatchObject({ results: [] })
    expect(JSON.parse(readFileSync(join(out, 'scores.json'), 'utf8'))).toMatchObject({ kind: 'finished' })
  })
})
