/** A model's folder and prompts in, its answers out, each as soon as it ends. */
import { createHash } from 'node:crypto'
import { UserError } from '../../base/user-error.ts'
import type { Level } from '../../records/level.ts'
import { readStopTokens } from '../../train/policy/read-stop-tokens.ts'
import { hashModel } from '../../train/preference/hash-model.ts'
import { createPromptStyle } from '../../train/prompt/prompt-style.ts'
import { createMessageText } from '../../train/prompt/prompt-text.ts'
import type { NumberType, TensorEngine } from '../../train/tensor-engine/tensor-engine.ts'
import { loadTokenizer, type TextTokenizer } from '../../train/tokenizer/load-tokenizer.ts'
import { answeringType, openAnsweringModel, TEMPLATE_DATE } from '../answering-model.ts'
import { answerPrompts } from './answer-prompts.ts'
import { type AnswerLine, answerLine, openAnswersFile } from './answers-file.ts'
import { findModel } from './find-model.ts'
import type { Prompt } from './read-prompts.ts'

export interface GenerateOptions {
  /** Folder of a model or of a run. */
  readonly place: string
  readonly prompts: readonly Prompt[]
  /** Default: as the run asked; for a model's folder the text itself. */
  readonly style: 'raw' | 'chat' | undefined
  readonly system: string | null
  /** Where the run's prompts ask for one. */
  readonly level: Level | null
  readonly samples: number
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
  readonly batchSize: number
  /** Default: bfloat16 on a GPU, float32 without one. */
  readonly numberType: NumberType | undefined
  /** File to go on with, or to make. */
  readonly out: string | undefined
  readonly engine: TensorEngine
  readonly onAnswer: (line: AnswerLine) => void
  readonly signal: AbortSignal
}

export interface GenerateResult {
  readonly kind: 'finished' | 'interrupted'
  readonly answers: number
  /** Answers that the file had already. */
  readonly earlier: number
  /** Ids of prompts that leave no room for an answer in the model. */
  readonly overlong: readonly string[]
}

/** @throws UserError where the model, the prompts and the file do not fit each other */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const { prompts, samples, maxTokens, temperature, topP, seed, engine, out, signal } = options
  const { folder, prompt: trained } = findModel(options.place)
  const tokenizer = await loadTokenizer(folder)
  const texts = promptTexts(options, trained, tokenizer)
  const numberType = answeringType(options.numberType, engine)
  const made = hashOf([await hashModel(folder), tokenizer.id, numberType, maxTokens, temperature, topP, seed])
  const asked = new Map(prompts.map(({ id }, i) => [id, texts[i]!.text]))
  const file = out === undefined ? undefined : openAnswersFile(out, made, (id) => asked.get(id))
  const encoded = await tokenizer.encode(texts.map(({ text }) => text))
  const all = prompts.flatMap(({ id }, i) => {
    const ids = texts[i]!.startMark ? Int32Array.of(...tokenizer.startIds, ...encoded[i]!) : encoded[i]!
    return Array.from({ length: samples }, (_, sample) => ({ id, sample, ids }))
  })
  const open = all.filter(({ id, sample }) => !(file?.has(id, sample) ?? false))
  const earlier = all.length - open.length
  if (open.length === 0) return { kind: 'finished', answers: 0, earlier, overlong: [] }

  const model = await openAnsweringModel(engine, { folder, numberType, maxTokens })
  let answers = 0
  try {
    const room = model.info.maxPositions - maxTokens
    const overlong = new Set(open.filter(({ ids }) => ids.length > room).map(({ id }) => id))
    const fitting = open.filter(({ id, ids }) => ids.length > 0 && !overlong.has(id))
    try {
      await answerPrompts(model, fitting, {
        maxNewTokens: maxTokens,
        temperature,
        topP,
        seed,
        batchSize: options.batchSize,
        stopTokens: readStopTokens(folder, tokenizer),
        tokenizer,
        signal,
        onAnswer: (answer) => {
          const line = answerLine(answer, asked.get(answer.id)!, made)
          file?.add(line)
          answers++
          options.onAnswer(line)
        },
      })
    } catch (error) {
      if (!signal.aborted) throw error
      return { kind: 'interrupted', answers, earlier, overlong: [...overlong] }
    }
    return { kind: 'finished', answers, earlier, overlong: [...overlong] }
  } finally {
    await model.close()
  }
}

/** The texts that the model sees. Code goes through the templates of the run; other texts are asked as they are. */
function promptTexts(
  { place, prompts, style, system, level }: GenerateOptions,
  trained: ReturnType<typeof findModel>['prompt'],
  tokenizer: TextTokenizer,
): { readonly text: string; readonly startMark: boolean }[] {
  if (trained !== undefined && style === undefined && system === null) {
    const ofRun = createPromptStyle(trained, tokenizer)
    if (ofRun.asksForLevel && level === null)
      throw new UserError(`The prompts of ${place} name the level that they ask for; give it as --level.`)
    if (!ofRun.asksForLevel && level !== null)
      throw new UserError(`The prompts of ${place} ask for no level; leave --level out.`)
    const plain = createMessageText(trained, 'prompt', tokenizer)
    return prompts.map(({ text, isCode }) => ({
      text: isCode ? ofRun.prompt(text, level) : plain.of(text),
      startMark: ofRun.startMark,
    }))
  }
  if (level !== null)
    throw new UserError(
      '--level is for the prompts of a run that ask for one; name its folder, or leave it out.',
    )
  const asIs = createMessageText({ style: style ?? 'raw', system, date: TEMPLATE_DATE }, 'prompt', tokenizer)
  return prompts.map(({ text }) => ({ text: asIs.of(text), startMark: asIs.startMark }))
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}
