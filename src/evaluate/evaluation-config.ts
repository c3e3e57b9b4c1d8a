/**
 * What an evaluation's answers and verdicts depend on, in plain data: config.json of its folder. An evaluation goes on
 * only with the very same.
 */
import type { Language } from '../records/language.ts'

export interface EvaluationConfig {
  /** Of this record. */
  readonly form: 1
  readonly gepo: string
  readonly benchmark: {
    readonly name: string
    /** As asked for: the benchmark's own data sets where none are named. */
    readonly from: readonly string[]
    /** The files that this came to, those of the hub with their commit. */
    readonly places: readonly string[]
    readonly languages: readonly Language[]
    /** Problems of each language at most; null for all. */
    readonly limit: number | null
    /** sha256 (hex) of the problems with their prompts, tests and limits. */
    readonly problems: string
  }
  readonly answers: AnswersConfig
}

/** `raw`: a model goes on with a text; `chat`: it answers a message. */
export type PromptForm = 'raw' | 'chat'

export interface DrawingConfig {
  readonly prompt: PromptForm
  readonly samples: number
  /** 0 takes the likeliest token. */
  readonly temperature: number
  readonly topP: number
  readonly maxTokens: number
  readonly seed: number
  /** Chat only. */
  readonly system: string | null
}

/** Where answers come from. */
export type AnswersConfig =
  | ({
      readonly kind: 'model'
      readonly folder: string
      /** sha256 (hex) of its configuration and weights, and of its tokenizer and chat template. */
      readonly weights: string
      readonly tokenizer: string
      readonly numberType: string
    } & DrawingConfig)
  | ({
      readonly kind: 'endpoint'
      readonly url: string
      readonly model: string
      /** That each request has besides. */
      readonly fields: Readonly<Record<string, unknown>>
    } & DrawingConfig)
  | {
      readonly kind: 'file'
      readonly path: string
      readonly sha256: string
      readonly prompt: PromptForm
      readonly samples: number
    }
