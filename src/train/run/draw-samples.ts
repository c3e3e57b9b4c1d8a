/** Groups in, what the model answers to a few of their prompts out, as samples. Nothing judges them. */
import type { GroupSource } from '../data/group-source.ts'
import { packPrompts } from '../data/token-batch.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { KeptAnswer } from './samples-log.ts'

/** Figures of an evaluation with some of the answers that they are of. */
export interface Sampled<Measure> {
  readonly measure: Measure
  readonly samples: readonly KeptAnswer[]
}

export interface SampleOptions {
  /** Prompts at most. */
  readonly samples: number
  readonly maxNewTokens: number
  readonly stopTokens: Int32Array
  readonly tokenizer: Pick<TextTokenizer, 'decode'>
  readonly signal?: AbortSignal | undefined
}

/** The likeliest answers to the first prompts that leave room for one. */
export async function drawSamples(
  model: Pick<Model, 'generate' | 'info'>,
  source: Pick<GroupSource, 'ids' | 'load'>,
  { samples, maxNewTokens, stopTokens, tokenizer, signal }: SampleOptions,
): Promise<KeptAnswer[]> {
  const groups = (await source.load(source.ids.slice(0, samples))).filter(
    ({ prompt }) => prompt.length > 0 && prompt.length + maxNewTokens <= model.info.maxPositions,
  )
  if (groups.length === 0) return []
  const { ids, offsets, stopped } = await model.generate({
    ...packPrompts(groups.map(({ prompt }) => prompt)),
    maxNewTokens,
    stopTokens,
    batchSize: groups.length,
    ...(signal && { signal }),
  })
  return Promise.all(
    groups.map(async ({ id, prompt }, i) => {
      const drawn = ids.slice(offsets[i], offsets[i + 1])
      const ended = stopped[i] === 1
      return {
        of: 'group' as const,
        id,
        prompt: await tokenizer.decode(prompt),
        answer: await tokenizer.decode(ended ? drawn.slice(0, -1) : drawn),
        tokens: drawn.length,
        ended,
      }
    }),
  )
}

/** Judged answers as samples. */
export async function samplesOf(
  of: 'translation' | 'compile',
  answers: readonly JudgedAnswerText[],
  tokenizer: Pick<TextTokenizer, 'decode'>,
): Promise<KeptAnswer[]> {
  return Promise.all(
    answers.map(async ({ id, prompt, text, tokens, verdict }) => ({
      of,
      id,
      prompt: await tokenizer.decode(prompt),
      answer: text,
      tokens,
      ended: verdict.kind !== 'truncated',
      verdict: { ...verdict },
    })),
  )
}

export interface JudgedAnswerText {
  /** Of the task. */
  readonly id: string
  readonly prompt: Int32Array
  readonly text: string
  readonly tokens: number
  readonly verdict: { readonly kind: string }
}
