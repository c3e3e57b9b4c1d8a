/** What a training run says while it works, and at its end. */
import type { Survey } from '../data/group-source.ts'
import type { TaskSurvey } from '../data/task-source.ts'
import type { TranslationEvaluation } from '../policy/evaluate-translation.ts'
import type { CompileMeasure } from '../policy/measure-compile.ts'
import type { OwnAnswersMeasure } from '../policy/own-answers.ts'
import type { RolloutMeasure } from '../policy/rollouts.ts'
import type { Evaluation, Figures } from '../preference/evaluate-preference.ts'
import type { GroupMeasure } from '../preference/measure-group.ts'
import type { ModelInfo } from '../tensor-engine/tensor-engine.ts'
import type { RunProgress } from './checkpoints.ts'

export type TrainEvent =
  | {
      readonly kind: 'phase'
      /** `answers` are counted as they are judged, the others group by group. */
      readonly phase: 'survey' | 'reference' | 'evaluation' | 'answers'
      readonly done: number
      readonly total: number
    }
  | { readonly kind: 'surveyed'; readonly split: string; readonly survey: Survey }
  | { readonly kind: 'tasks'; readonly split: string; readonly survey: TaskSurvey }
  | { readonly kind: 'started'; readonly model: ModelInfo; readonly step: number; readonly steps: number }
  | ({ readonly kind: 'step' } & StepMetrics)
  | {
      readonly kind: 'evaluated'
      readonly step: number
      readonly evaluation: RunEvaluation
      readonly isBest: boolean
    }
  | { readonly kind: 'saved'; readonly step: number; readonly folder: string }
  | { readonly kind: 'note'; readonly text: string }

/** What a model can do: of groups, of translation tasks, or of both, as the method has them; and of units to compile. */
export interface RunEvaluation {
  readonly preference?: Evaluation
  readonly translation?: TranslationEvaluation
  /** Of the likeliest IR, where `evaluation.compile` says so. */
  readonly compile?: CompileMeasure
}

/** Of one optimiser step; means over its groups. Preference figures are absent where losers take no part. */
export interface StepMetrics extends Partial<GroupMeasure> {
  /** Steps done, this one included. */
  readonly step: number
  readonly steps: number
  readonly epoch: number
  /** What was minimised. */
  readonly loss: number
  /** Where there are two parts: each without its weight. */
  readonly preferenceLoss?: number
  readonly reinforceLoss?: number
  readonly learningRate: number
  /** Before clipping. Absent where the gradient was not finite: then the step is left out. */
  readonly gradientNorm?: number
  /** Steps of the run that were left out so, this one included; absent as long as there is none. */
  readonly skippedSteps?: number
  readonly groups: number
  /** Where the model's own answers join groups. */
  readonly onPolicy?: OwnAnswersMeasure
  /** Of a method that translates. */
  readonly rollout?: RolloutMeasure
  /** Of all sequences, prompts counted with each response. */
  readonly tokens: number
  readonly tokensPerSecond: number
}

export interface EvaluationFigures extends Partial<Figures> {
  readonly step: number
  readonly translation?: TranslationEvaluation
  readonly compile?: CompileMeasure
}

export interface TrainSummary {
  readonly kind: 'finished' | 'interrupted'
  readonly step: number
  readonly steps: number
  readonly tokens: number
  readonly seconds: number
  /** Steps that were left out because their gradient was not finite. */
  readonly skippedSteps: number
  /** The run's evaluations in their order: how it went. */
  readonly evaluations: readonly EvaluationFigures[]
  readonly best: RunProgress['best']
  /** The trained model in Hugging Face's format, and the best one where that is another. Only when finished. */
  readonly modelFolder: string | undefined
  readonly bestFolder: string | undefined
}
