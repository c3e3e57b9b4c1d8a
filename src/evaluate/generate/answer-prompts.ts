/** Prompts as ids in, the model's answers out, each as soon as it ends. What ended before an interruption was given out. */
import { seedOf } from '../../base/random.ts'
import { packPrompts } from '../../train/data/token-batch.ts'
import type { Model } from '../../train/tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../../train/tokenizer/load-tokenizer.ts'

export interface PromptAnswer {
  /** Of the prompt. */
  readonly id: string
  /** Which of the answers to it, from 0. */
  readonly sample: number
  readonly text: string
  readonly tokens: number
  /** `length`: it had not ended when it was as long as it may be. */
  readonly finish: 'stop' | 'length'
}

export interface AskedPrompt {
  readonly id: string
  readonly sample: number
  readonly ids: Int32Array
}

export interface AnswerPromptsOptions {
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
  readonly batchSize: number
  readonly stopTokens: Int32Array
  readonly tokenizer: Pick<TextTokenizer, 'decode'>
  readonly onAnswer: (answer: PromptAnswer) => void
  readonly signal?: AbortSignal
}

/** Prompts that are given to the engine at once: it holds the answers of all until the last has ended. */
const BATCHES_AT_ONCE = 4

/** What is drawn follows from the seed, the prompt's id and the number of the answer. */
export async function answerPrompts(
  model: Pick<Model, 'generate'>,
  asked: readonly AskedPrompt[],
  { seed, tokenizer, onAnswer, signal, ...drawing }: AnswerPromptsOptions,
): Promise<void> {
  const page = drawing.batchSize * BATCHES_AT_ONCE
  for (let from = 0; from < asked.length; from += page) {
    signal?.throwIfAborted()
    const prompts = asked.slice(from, from + page)
    const pending: Promise<void>[] = []
    try {
      await model.generate({
        ...packPrompts(prompts.map(({ ids }) => ids)),
        ...drawing,
        seeds: Uint32Array.from(prompts, ({ id, sample }) => answerSeed(seed, id, sample)),
        onResponse: ({ prompt, ids, stopped }) => {
          const { id, sample } = prompts[prompt]!
          const told = tokenizer.decode(stopped ? ids.slice(0, -1) : ids).then((text) => {
            onAnswer({ id, sample, text, tokens: ids.length, finish: stopped ? 'stop' : 'length' })
          })
          // Awaited below; until then a failure is nobody's.
          told.catch(() => {})
          pending.push(told)
        },
        ...(signal && { signal }),
      })
    } finally {
      // What has ended is whole, also where the others are not.
      await Promise.all(pending)
    }
  }
}

function answerSeed(seed: number, id: string, sample: number): number {
  return seedOf(`generate ${seed} ${sample} ${id}`)
}
