/** Tasks in, how many a model solves with its likeliest answer out. */
import type { TranslationTask } from '../../records/translation-task.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { TaskSource } from '../data/task-source.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { type DrawOptions, drawAnswers, GREEDY } from './draw-answers.ts'
import { type AnswerMeasure, measureAnswers, pairOf } from './measure-answers.ts'

export type TranslationEvaluation = AnswerMeasure

/** @param source at least one task */
export async function evaluateTranslation(
  model: Pick<Model, 'generate'>,
  source: TaskSource<TranslationTask>,
  options: Omit<DrawOptions<TranslationTask, Verdict>, keyof typeof GREEDY>,
): Promise<TranslationEvaluation> {
  const { answers, judged } = await drawAnswers(model, source.load(source.ids), { ...options, ...GREEDY })
  const { judgements } = await judged
  return measureAnswers(
    answers.map(({ task, ids }, i) => ({ ids, pair: pairOf(task), outcome: judgements[i]!.verdict.kind })),
  )
}
