import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import type { EncodedTask } from '../../../src/train/data/task-source.ts'
import { type DrawOptions, drawAnswers } from '../../../src/train/policy/draw-answers.ts'
import type { GenerationRequest, Model } from '../../../src/train/tensor-engine/tensor-engine.ts'

const STOP = 9
/** Writes for each prompt its first id so often, and the stop token unless the prompt begins with 7. */
function scriptedModel(log: string[]): Pick<Model, 'generate'> {
  return {
    async generate({ ids, offsets, onResponse, signal }: GenerationRequest) {
      const responses: Int32Array[] = []
      for (let prompt = 0; prompt + 1 < offsets.length; prompt++) {
        await setTimeout(5)
        signal?.throwIfAborted()
        const first = ids[offsets[prompt]!]!
        const stopped = first !== 7
        const response = Int32Array.of(first, first, ...(stopped ? [STOP] : []))
        log.push(`answer ${prompt} ends`)
        responses.push(response)
        onResponse?.({ prompt, ids: response, logProbs: new Float32Array(response.length), stopped })
      }
      return {
        ids: Int32Array.from(responses.flatMap((response) => [...response])),
        offsets: Int32Array.from([
          0,
          ...responses.map((_, i) => responses.slice(0, i + 1).flatMap((r) => [...r]).length),
        ]),
        logProbs: new Float32Array(responses.flatMap((response) => [...response]).length),
        stopped: new Uint8Array(responses.length),
      }
    },
  }
}

const task = (id: string, first: number): EncodedTask<TranslationTask> => ({
  task: { id, source: { language: 'c', code: '' }, target: 'go' } as TranslationTask,
  prompt: Int32Array.of(first, 1),
})

function drawing(log: string[], given: Partial<DrawOptions<TranslationTask, Verdict>> = {}) {
  const judge = async (_: TranslationTask, text: string): Promise<Verdict> => {
    log.push(`judging ${text}`)
    await setTimeout(1)
    log.push(`judged ${text}`)
    return { kind: 'passed' }
  }
  const options: DrawOptions<TranslationTask, Verdict> = {
    samples: 1,
    maxNewTokens: 3,
    temperature: 1,
    topP: 1,
    topK: 0,
    batchSize: 2,
    cudaGraphs: false,
    stopTokens: Int32Array.of(STOP),
    seedOf: () => 0,
    tokenizer: { decode: async (ids) => [...ids].join('') },
    judge,
    ...given,
  }
  return drawAnswers(scriptedModel(log), [task('a', 2), task('b', 7), task('c', 3)], options)
}

describe('drawing answers', () => {
  it('has them judged while others are drawn, without the token that ended them', async () => {
    const log: string[] = []
    const { judged } = await drawing(log)
    expect(log.indexOf('judged 22')).toBeLessThan(log.indexOf('answer 2 ends'))
    expect((await judged).judgements).toEqual([
      { text: '22', verdict: { kind: 'passed' } },
      { text: '77', verdict: { kind: 'truncated' } },
      { text: '33', verdict: { kind: 'passed' } },
    ])
    expect(log).toContain('judging 33')
    expect(log.join()).not.toContain('77')
  })

  it('gives every sample of every task in order, with its own seed', async () => {
    const seeds: string[] = []
    const { answers } = await drawing([], {
      samples: 2,
      seedOf: ({ id }, sample) => {
        seeds.push(`${id}${sample}`)
        return 0
      },
    })
    expect(answers.map(({ task: { id }, sample }) => `${id}${sample}`)).toEqual([
      'a0',
      'a1',
      'b0',
      'b1',
      'c0',
      'c1',
    ])
    expect(seeds).toEqual(['a0', 'a1', 'b0', 'b1', 'c0', 'c1'])
    expect(answers[4]).toMatchObject({
      prompt: Int32Array.of(3, 1),
      ids: Int32Array.of(3, 3, STOP),
    })
  })

  it('says why answers were not judged', async () => {
    const { judged } = await drawing([], {
      judge: async () => ({ kind: 'unjudged', reason: 'no go here' }),
    })
    expect((await judged).judgements.map(({ verdict }) => verdict)).toEqual([
      { kind: 'unjudged', reason: 'no go here' },
      { kind: 'truncated' },
      { kind: 'unjudged', reason: 'no go here' },
    ])
  })

  it('ends the judging when the drawing is aborted, and leaves nothing pending', async () => {
    const controller = new AbortController()
    const ended: string[] = []
    const waiting = drawing([], {
      signal: controller.signal,
      async judge(_, text, { signal }) {
        controller.abort()
        try {
          await setTimeout(60_000, undefined, { signal })
        } finally {
          ended.push(text)
        }
        return { kind: 'passed' }
      },
    })
    const failure = await waiting.catch((error: unknown) => error)
    expect(failure).toBe(controller.signal.reason)
    expect(ended).toEqual(['22'])
  })

  it('ends the judging when it is cancelled', async () => {
    const { judged, cancel } = await drawing([], {
      judge: async (_, _text, { signal }) => setTimeout(60_000, { kind: 'passed' } as const, { signal }),
    })
    cancel()
    await expect(judged).rejects.toMatchObject({ name: 'AbortError' })
  })
})
