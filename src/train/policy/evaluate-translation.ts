/** Tasks in, how many a model solves with its likeliest answer out. */
import type { TaskSource } from '../data/task-source.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { type DrawOptions, drawAnswers } from './draw-answers.ts'
import { type AnswerMeasure, measureAnswers } from './measure-answers.ts'

export type TranslationEvaluation = AnswerMeasure

/** @param source at least one task */
export async function evaluateTranslation(
  model: Pick<Model, 'generate'>,
  source: TaskSource,
  options: Omit<DrawOptions, 'samples' | 'temperature' | 'topP' | 'topK' | 'seedOf'>,
): Promise<TranslationEvaluation> {
  const greedy = { samples: 1, temperature: 0, topP: 1, topK: 0, seedOf: () => 0 }
  const { answers, judged } = await drawAnswers(model, source.load(source.ids), { ...options, ...greedy })
  const { outcomes } = await judged
  return measureAnswers(answers.map((answer, i) => ({ ...answer, outcome: outcomes[i]! })))
}
