/**
 * Answers from a model's folder, by our tensor engine, many at a time.
 *
 * The engine ends an answer at a token, and stop strings are texts: completions are drawn in parts, and one that holds a
 * stop string is not gone on with. What is drawn follows from the seed, the problem and the number of the answer; which
 * others are drawn beside it changes the numbers that it is drawn by in their last places alone.
 */

import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import { packPrompts } from '../../train/data/token-batch.ts'
import type { Model } from '../../train/tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../../train/tokenizer/load-tokenizer.ts'
import type { DrawingConfig } from '../evaluation-config.ts'
import { drawingSeed } from './answer-seed.ts'
import type { Answerer, AnswerRequest } from './answerer.ts'

export interface ModelAnswererOptions extends DrawingConfig {
  readonly model: Pick<Model, 'generate' | 'close' | 'info'>
  readonly tokenizer: Pick<TextTokenizer, 'encode' | 'decode'>
  /** Ids that a prompt begins with. */
  readonly startIds: Int32Array
  readonly promptOf: (problem: BenchmarkProblem) => string
  readonly stopTokens: Int32Array
  readonly batchSize: number
}

/** Tokens of a part: the more, the more is drawn behind a stop string; the fewer, the more often a prompt is read. */
const PART_TOKENS = 128

/** Parts that a killed process can lose: those of this many batches. */
const BATCHES_AT_ONCE = 4

interface Open {
  readonly request: AnswerRequest
  readonly prompt: Int32Array
  readonly drawn: Int32Array
}

export function openModelAnswerer(options: ModelAnswererOptions): Answerer {
  const { model, tokenizer, startIds, promptOf, batchSize } = options
  return {
    async answer(requests, onAnswer, signal) {
      const page = batchSize * BATCHES_AT_ONCE
      for (let from = 0; from < requests.length; from += page) {
        const asked = requests.slice(from, from + page)
        const prompts = await tokenizer.encode(asked.map(({ problem }) => promptOf(problem)))
        let open: Open[] = []
        for (const [i, request] of asked.entries()) {
          const prompt = Int32Array.of(...startIds, ...prompts[i]!)
          const room = model.info.maxPositions - options.maxTokens
          if (prompt.length > 0 && prompt.length <= room)
            open.push({ request, prompt, drawn: new Int32Array() })
          else onAnswer(request, { kind: 'failed', reason: overlong(prompt.length, room) })
        }
        for (let part = 0; open.length > 0; part++)
          open = await drawPart(open, part, options, onAnswer, signal)
      }
    },
    close: () => model.close(),
  }
}

const overlong = (tokens: number, room: number) =>
  `its prompt of ${tokens} tokens leaves no room for an answer in the model, which takes ${room} before it`

/** @returns those that go on */
async function drawPart(
  open: readonly Open[],
  part: number,
  options: ModelAnswererOptions,
  onAnswer: Parameters<Answerer['answer']>[1],
  signal: AbortSignal,
): Promise<Open[]> {
  const { model, maxTokens, prompt: style, seed, temperature, topP, stopTokens, batchSize } = options
  // Chats have no stop strings.
  const length = style === 'chat' ? maxTokens : Math.min(PART_TOKENS, maxTokens - part * PART_TOKENS)
  const prompts = open.map(({ prompt, drawn }) => Int32Array.of(...prompt, ...drawn))
  const goingOn: (Open | undefined)[] = []
  const pending: Promise<void>[] = []
  const settle = async (i: number, ids: Int32Array, stopped: boolean) => {
    const one = open[i]!
    const drawn = Int32Array.of(...one.drawn, ...ids)
    const text = await options.tokenizer.decode(stopped ? drawn.slice(0, -1) : drawn)
    const { problem } = one.request
    const isCut = style === 'raw' && problem.completion!.stops.some((stop) => text.includes(stop))
    if (stopped || isCut) onAnswer(one.request, { kind: 'answer', text, finish: 'stop' })
    else if (drawn.length >= maxTokens) onAnswer(one.request, { kind: 'answer', text, finish: 'length' })
    else goingOn[i] = { ...one, drawn }
  }
  await model.generate({
    ...packPrompts(prompts),
    maxNewTokens: length,
    stopTokens,
    temperature,
    topP,
    batchSize,
    seeds: Uint32Array.from(open, ({ request }) =>
      drawingSeed(seed, request.problem.id, request.sample, part),
    ),
    onResponse: ({ prompt, ids, stopped }) => {
      const settled = settle(prompt, ids, stopped)
      // Awaited below; until then a failure is nobody's.
      settled.catch(() => {})
      pending.push(settled)
    },
    signal,
  })
  await Promise.all(pending)
  // In their order, whichever ended first.
  return goingOn.filter((one) => one !== undefined)
}
