/**
 * Tasks in, answers drawn from the model and what the judge says of them out. An answer goes to the judge as soon as it
 * ends, while the others are still being drawn; who has other work to do meanwhile awaits the verdicts later.
 */

import type { TranslationTask } from '../../records/translation-task.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { EncodedTask } from '../data/task-source.ts'
import { packPrompts } from '../data/token-batch.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { Judging } from './judging.ts'

export interface Answer {
  /** The task's id. */
  readonly task: string
  /** Which of the answers to the task, from 0. */
  readonly sample: number
  /** Both languages, as in `python to bash`. */
  readonly pair: string
  readonly prompt: Int32Array
  /** What was drawn, with the stop token if it came. */
  readonly ids: Int32Array
  /** Of each drawn id, by the model that drew it. */
  readonly logProbs: Float32Array
}

/** `truncated`: it had not ended when it was as long as it may be. It is not judged, and wrong. */
export type Outcome = Verdict['kind'] | 'truncated'

export interface DrawnAnswers {
  /** Task by task. */
  readonly answers: readonly Answer[]
  readonly generateSeconds: number
  /** What came of each answer; rejected with the reason of the signal that ended it. */
  readonly judged: Promise<Judged>
  /** Ends the judging, which then is rejected; nothing once it is over. */
  cancel(): void
}

export interface Judged {
  readonly outcomes: readonly Outcome[]
  /** Why the judge could not judge, of the first answer that it could not. */
  readonly unjudgedReason: string | undefined
  /** From the first answer's end to the last verdict. */
  readonly seconds: number
}

export interface DrawOptions {
  readonly samples: number
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly batchSize: number
  readonly cudaGraphs: boolean
  readonly stopTokens: Int32Array
  /** Of each answer, in [0, 2^32). */
  readonly seedOf: (task: TranslationTask, sample: number) => number
  readonly tokenizer: Pick<TextTokenizer, 'decode'>
  readonly judging: Pick<Judging, 'judge'>
  readonly signal?: AbortSignal | undefined
  /** Called with the number of answers whose outcome is known. */
  readonly onProgress?: (judged: number, answers: number) => void
}

export async function drawAnswers(
  model: Pick<Model, 'generate'>,
  tasks: readonly EncodedTask[],
  options: DrawOptions,
): Promise<DrawnAnswers> {
  const { samples, tokenizer, judging, signal, onProgress } = options
  const asked = tasks.flatMap(({ task, prompt }) =>
    Array.from({ length: samples }, (_, sample) => ({ task, prompt, sample })),
  )
  const cancelling = new AbortController()
  const judgeSignal = signal === undefined ? cancelling.signal : AbortSignal.any([signal, cancelling.signal])
  let done = 0
  const judgeOne = async (task: TranslationTask, ids: Int32Array, stopped: boolean): Promise<Judgement> => {
    if (!stopped) return { kind: 'truncated' }
    const text = await tokenizer.decode(ids.slice(0, -1))
    return judging.judge(task, text, { signal: judgeSignal })
  }

  const judgements = new Array<Promise<Judgement>>(asked.length)
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
          task: task.id,
          sample,
          pair: `${task.source.language} to ${task.target}`,
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

type Judgement = Verdict | { readonly kind: 'truncated' }

async function collect(
  pending: readonly Promise<Judgement>[],
  firstEndedAt: number,
  signal: AbortSignal | undefined,
): Promise<Judged> {
  const settled = await Promise.allSettled(pending)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed !== undefined) {
    signal?.throwIfAborted()
    throw failed.reason
  }
  const judgements = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  return {
    outcomes: judgements.map(({ kind }) => kind),
    unjudgedReason: judgements.find((one) => one.kind === 'unjudged')?.reason,
    seconds: (performance.now() - firstEndedAt) / 1000,
  }
}

function pick({ maxNewTokens, temperature, topP, topK, batchSize, cudaGraphs, stopTokens }: DrawOptions) {
  return { maxNewTokens, temperature, topP, topK, batchSize, graphs: cudaGraphs, stopTokens }
}
