/** Tasks in, how many a model solves with its likeliest answer, and these answers with their verdicts, out. */
import type { TaskSource } from '../data/task-source.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { type DrawOptions, drawAnswers, GREEDY, type Truncated } from './draw-answers.ts'
import { type AnswerMeasure, measureAnswers } from './measure-answers.ts'
import { pairOf, type RewardedTask, type RewardedVerdict } from './rewarded-task.ts'

export type TranslationEvaluation = AnswerMeasure

export interface EvaluatedTranslation {
  readonly measure: TranslationEvaluation
  /** In the order of the tasks. */
  readonly answers: readonly {
    readonly id: string
    readonly prompt: Int32Array
    readonly text: string
    readonly tokens: number
    readonly verdict: RewardedVerdict | Truncated
  }[]
}

/** @param source at least one task */
export async function evaluateTranslation(
  model: Pick<Model, 'generate'>,
  source: TaskSource<RewardedTask>,
  options: Omit<DrawOptions<RewardedTask, RewardedVerdict>, keyof typeof GREEDY>,
): Promise<EvaluatedTranslation> {
  const { answers, judged } = await drawAnswers(model, source.load(source.ids), { ...options, ...GREEDY })
  const { judgements } = await judged
  return {
    measure: measureAnswers(
      answers.map(({ task, ids }, i) => ({ ids, pair: pairOf(task), outcome: judgements[i]!.verdict.kind })),
    ),
    answers: answers.map(({ task, prompt, ids }, i) => ({
      id: task.id,
      prompt,
      tokens: ids.length,
      ...judgements[i]!,
    })),
  }
}
