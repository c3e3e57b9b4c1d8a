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
    /** Files and data sets of the hub, those at their commit. */
    readonly places: readonly string[]
    readonly languages: readonly Language[]
    /** Problems of each language at most; null for all. */
    readonly limit: number | null
    /** sha256 (hex) of the problems with their prompts, tests and limits. */
    readonly problems: string
  }
  readonly answers: AnswersConfig
}

export type PromptForm = 'completion' | 'chat'

export interface DrawingConfig {
  readonly form: PromptForm
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
      /** sha256 (hex) of its configuration and weights, and of its tokenizer. */
      readonly weights: string
      readonly tokenizer: string
      readonly numberType: string
    } & DrawingConfig)
  | ({ readonly kind: 'endpoint'; readonly url: string; readonly model: string } & DrawingConfig)
  | {
      readonly kind: 'file'
      readonly path: string
      readonly sha256: string
      readonly form: PromptForm
      readonly samples: number
    }
