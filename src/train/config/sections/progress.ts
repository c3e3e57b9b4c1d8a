/** How often the model is evaluated and kept. */
import { z } from 'zod'
import { SPLITS } from '../../../records/split.ts'
import { OURS, oneOf, source, whole } from '../fields.ts'

export const evaluationSection = z.strictObject({
  split: oneOf(SPLITS).default('validation').meta(source(OURS)),
  everySteps: whole(1).default(100).meta(source(OURS)),
  /** Number of groups, drawn by the seed; all if there are fewer. */
  groups: whole(1)
    .default(512)
    .meta(source(`${OURS}: 2% standard error of the accuracy at most`)),
})

/** Of methods that translate. */
export const translationEvaluationSection = evaluationSection.extend({
  /** Number of tasks, drawn by the seed and answered greedily; all if there are fewer. */
  tasks: whole(1)
    .default(256)
    .meta(source(`${OURS}: 3% standard error of the pass rate at most`)),
})

export const checkpointsSection = z.strictObject({
  /** The last and the best are kept. */
  everySteps: whole(1).default(100).meta(source(OURS)),
})
