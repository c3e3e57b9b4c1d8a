/** Where answers are to come from in; what config.json says of it, and how it is opened once something is to ask, out. */
import { createHash } from 'node:crypto'
import { UserError } from '../base/user-error.ts'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import { readStopTokens } from '../train/policy/read-stop-tokens.ts'
import { hashModel } from '../train/preference/hash-model.ts'
import { createMessageText } from '../train/prompt/prompt-text.ts'
import type { NumberType, TensorEngine } from '../train/tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../train/tokenizer/load-tokenizer.ts'
import { askedText } from './answer-program.ts'
import type { Answerer } from './answerers/answerer.ts'
import { openEndpoint } from './answerers/endpoint-answerer.ts'
import { openFileAnswerer } from './answerers/file-answerer.ts'
import { openModelAnswerer } from './answerers/model-answerer.ts'
import { answeringType, openAnsweringModel, TEMPLATE_DATE } from './answering-model.ts'
import type { AnswersConfig, DrawingConfig, PromptForm } from './evaluation-config.ts'
import { readAnswers } from './read-answers.ts'

export type AnswersPlace =
  | {
      readonly kind: 'model'
      readonly folder: string
      readonly drawing: DrawingConfig
      readonly batchSize: number
      /** Default: bfloat16 on a GPU, float32 without one. */
      readonly numberType: NumberType | undefined
      readonly loadEngine: () => Promise<TensorEngine>
    }
  | {
      readonly kind: 'endpoint'
      readonly url: string
      readonly model: string
      readonly key: string | undefined
      readonly fields: Readonly<Record<string, unknown>>
      readonly drawing: DrawingConfig
      readonly concurrency: number
      readonly timeoutMs: number
      readonly attempts: number
    }
  | { readonly kind: 'file'; readonly path: string; readonly prompt: PromptForm }

export interface OpenedAnswers {
  readonly config: AnswersConfig
  readonly open: () => Promise<Answerer>
  /** For whoever watches. */
  readonly note?: string
  readonly close: () => Promise<void>
}

/** @throws UserError where nothing is there to answer, or it does not take such prompts */
export async function openAnswers(
  place: AnswersPlace,
  problems: readonly BenchmarkProblem[],
): Promise<OpenedAnswers> {
  const prompt = place.kind === 'file' ? place.prompt : place.drawing.prompt
  if (prompt === 'raw' && problems.some(({ completion }) => completion === null))
    throw new UserError('This benchmark has no prompts to go on with; give --prompt chat.')
  switch (place.kind) {
    case 'file':
      return fileAnswers(place, problems)
    case 'endpoint':
      return endpointAnswers(place)
    case 'model':
      return modelAnswers(place)
  }
}

async function fileAnswers(
  { path, prompt }: Extract<AnswersPlace, { kind: 'file' }>,
  problems: readonly BenchmarkProblem[],
): Promise<OpenedAnswers> {
  const { answers, samples, others, sha256 } = await readAnswers(path, prompt, problems)
  return {
    config: { kind: 'file', path, sha256, prompt, samples },
    open: async () => openFileAnswerer(answers),
    ...(others > 0 && { note: `${others} answers of ${path} are to problems that are not asked.` }),
    close: async () => {},
  }
}

function endpointAnswers(place: Extract<AnswersPlace, { kind: 'endpoint' }>): OpenedAnswers {
  const { url, model, key, fields, drawing, concurrency, timeoutMs, attempts } = place
  return {
    config: { kind: 'endpoint', url, model, fields, ...drawing },
    open: async () =>
      openEndpoint({
        ...drawing,
        url,
        model,
        key,
        fields,
        concurrency,
        timeoutMs,
        patience: { attempts, firstDelayMs: FIRST_DELAY_MS },
      }),
    close: async () => {},
  }
}

const FIRST_DELAY_MS = 500

async function modelAnswers(place: Extract<AnswersPlace, { kind: 'model' }>): Promise<OpenedAnswers> {
  const { folder, drawing, batchSize } = place
  const tokenizer = await loadTokenizer(folder)
  if (drawing.prompt === 'chat' && tokenizer.chatTemplate === undefined)
    throw new UserError(`${folder} has no chat template; give --prompt raw, or name a chat model.`)
  const text = createMessageText(
    { style: drawing.prompt, system: drawing.system, date: TEMPLATE_DATE },
    'prompt',
    tokenizer,
  )
  const engine = await place.loadEngine()
  try {
    const numberType = answeringType(place.numberType, engine)
    const config: AnswersConfig = {
      kind: 'model',
      folder,
      weights: await hashModel(folder),
      tokenizer: createHash('sha256').update(`${tokenizer.id} ${tokenizer.chatTemplate}`).digest('hex'),
      numberType,
      ...drawing,
    }
    return {
      config,
      async open() {
        const model = await openAnsweringModel(engine, { folder, numberType, maxTokens: drawing.maxTokens })
        return openModelAnswerer({
          ...drawing,
          model,
          tokenizer,
          startIds: text.startMark ? tokenizer.startIds : new Int32Array(),
          promptOf: (problem) =>
            text.of(drawing.prompt === 'raw' ? askedText(problem.completion!) : problem.message),
          stopTokens: readStopTokens(folder, tokenizer),
          batchSize,
        })
      },
      close: () => engine.close(),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}
