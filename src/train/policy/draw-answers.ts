/**
 * Tasks in, answers drawn from the model and what the judge says of them out. An answer goes to the judge as soon as it
 * ends, while the others are still being drawn; who has other work to do meanwhile awaits the verdicts later.
 */

import type { EncodedTask } from '../data/task-source.ts'
import { packPrompts } from '../data/token-batch.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'

export interface Answer<Task> {
  readonly task: Task
  /** Which of the answers to the task, from 0. */
  readonly sample: number
  readonly prompt: Int32Array
  /** What was drawn, with the stop token if it came. */
  readonly ids: Int32Array
  /** Of each drawn id, by the model that drew it. */
  readonly logProbs: Float32Array
}

/** It had not ended when it was as long as it may be. It is not judged, and wrong. */
export interface Truncated {
  readonly kind: 'truncated'
}

export interface DrawnAnswers<Task, Verdict> {
  /** Task by task. */
  readonly answers: readonly Answer<Task>[]
  readonly generateSeconds: number
  /** What came of each answer; rejected with the reason of the signal that ended it. */
  readonly judged: Promise<Judged<Verdict>>
  /** Ends the judging, which then is rejected; nothing once it is over. */
  cancel(): void
}

export interface Judged<Verdict> {
  /** Of each answer, in their order: its text, without the token that ended it, and what was said of it. */
  readonly judgements: readonly Judgement<Verdict>[]
  /** From the first answer's end to the last verdict. */
  readonly seconds: number
}

export interface Judgement<Verdict> {
  readonly text: string
  readonly verdict: Verdict | Truncated
}

export interface DrawOptions<Task, Verdict> {
  readonly samples: number
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly batchSize: number
  readonly cudaGraphs: boolean
  readonly stopTokens: Int32Array
  /** Of each answer, in [0, 2^32). */
  readonly seedOf: (task: Task, sample: number) => number
  readonly tokenizer: Pick<TextTokenizer, 'decode'>
  readonly judge: JudgeAnswer<Task, Verdict>
  readonly signal?: AbortSignal | undefined
  /** Called with the number of answers whose outcome is known. */
  readonly onProgress?: (judged: number, answers: number) => void
}

/**
 * What is said of an answer. Many calls may be under way at once. Rejected only when the signal is raised.
 *
 * @param text the whole answer as the model wrote it
 */
export type JudgeAnswer<Task, Verdict> = (
  task: Task,
  text: string,
  options: { readonly signal?: AbortSignal | undefined },
) => Promise<Verdict>

/** The likeliest answer. */
export const GREEDY = { samples: 1, temperature: 0, topP: 1, topK: 0, seedOf: () => 0 } as const

export async function drawAnswers<Task, Verdict>(
  model: Pick<Model, 'generate'>,
  tasks: readonly EncodedTask<Task>[],
  options: DrawOptions<Task, Verdict>,
): Promise<DrawnAnswers<Task, Verdict>> {
  const { samples, tokenizer, judge, signal, onProgress } = options
  const asked = tasks.flatMap(({ task, prompt }) =>
    Array.from({ length: samples }, (_, sample) => ({ task, prompt, sample })),
  )
  const cancelling = new AbortController()
  const judgeSignal = signal === undefined ? cancelling.signal : AbortSignal.any([signal, cancelling.signal])
  let done = 0
  const judgeOne = async (task: Task, ids: Int32Array, stopped: boolean): Promise<Judgement<Verdict>> => {
    const text = await tokenizer.decode(stopped ? ids.slice(0, -1) : ids)
    if (!stopped) return { text, verdict: { kind: 'truncated' } }
    return { text, verdict: await judge(task, text, { signal: judgeSignal }) }
  }

  const judgements = new Array<Promise<Judgement<Verdict>>>(asked.length)
  const startedAt = performance.now()
  let firstEndedAt: number | undefined
  try {
    const generated = await model.generate({
      ...packPrompts(asked.map(({ prompt }) => prompt)),
      ...pick(options),
      seeds: Uint32Array.from(asked, ({ task, sample }) => options.seedOf(task, sample)),
      onResponse: ({ prompt: i, ids, stopped }) => {
        firstEndedAt ??= performance.now()
        judgements[i] = judgeOne(asked[i]!.task, ids, stopped)
        // Awaited later; until then a failure is nobody's.
        judgements[i].then(
          () => onProgress?.(++done, asked.length),
          () => {},
        )
      },
      ...(signal && { signal }),
    })
    const endedAt = performance.now()
    const judged = collect(judgements, firstEndedAt ?? endedAt, signal)
    judged.catch(() => {})
    return {
      answers: asked.map(({ task, sample, prompt }, i) => {
        const [from, to] = [generated.offsets[i]!, generated.offsets[i + 1]!]
        return {
          task,
          sample,
          prompt,
          ids: generated.ids.slice(from, to),
          logProbs: generated.logProbs.slice(from, to),
        }
      }),
      generateSeconds: (endedAt - startedAt) / 1000,
      judged,
      cancel: () => cancelling.abort(),
    }
  } catch (error) {
    cancelling.abort()
    await Promise.allSettled(judgements)
    throw error
  }
}

async function collect<Verdict>(
  pending: readonly Promise<Judgement<Verdict>>[],
  firstEndedAt: number,
  signal: AbortSignal | undefined,
): Promise<Judged<Verdict>> {
  const settled = await Promise.allSettled(pending)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) {
    signal?.throwIfAborted()
    throw failed.reason
  }
  return {
    judgements: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    seconds: (performance.now() - firstEndedAt) / 1000,
  }
}

function pick<Task, Verdict>({
  maxNewTokens,
  temperature,
  topP,
  topK,
  batchSize,
  cudaGraphs,
  stopTokens,
}: DrawOptions<Task, Verdict>) {
  return { maxNewTokens, temperature, topP, topK, batchSize, graphs: cudaGraphs, stopTokens }
}
