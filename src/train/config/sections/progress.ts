/** How often the model is evaluated and kept. */
import { z } from 'zod'
import { LEVELS } from '../../../records/level.ts'
import { SPLITS } from '../../../records/split.ts'
import { OURS, oneOf, source, text, whole } from '../fields.ts'

/** How much of the IR that the model writes does what the C does. */
export const compileSection = z.strictObject({
  /** Database of groups. */
  groups: text().nullable().default(null).meta(source('none: data.groups, or the groups of tasks')),
  /** Number of groups, drawn by the seed; all if there are fewer. */
  units: whole(1)
    .default(128)
    .meta(source(`${OURS}: 4% standard error of the share at most`)),
  /** What is asked for, where the prompt names a level. */
  levels: z
    .array(oneOf(LEVELS))
    .min(1, { error: 'must name at least one level' })
    .nullable()
    .default(null)
    .meta(source('none: those of data.levels, or of tasks')),
  /** An answer that has not ended by then is wrong. */
  maxNewTokens: whole(1)
    .default(1024)
    .meta(source(`${OURS}: a function of some lines`)),
  batchSize: whole(1).default(32).meta(source(OURS)),
  /** Inputs beyond the group's that a difference is looked for on, before an answer counts as equal. */
  searchInputs: whole(0)
    .default(0)
    .meta(source(`${OURS}: the group's inputs`)),
})

export const evaluationSection = z.strictObject({
  split: oneOf(SPLITS).default('validation').meta(source(OURS)),
  everySteps: whole(1).default(100).meta(source(OURS)),
  /** Number of groups, drawn by the seed; all if there are fewer. */
  groups: whole(1)
    .default(512)
    .meta(source(`${OURS}: 2% standard error of the accuracy at most`)),
  /** Prompts whose likeliest answer is kept in samples.jsonl, the same ones each time; 0: none. */
  samples: whole(0)
    .default(4)
    .meta(source(`${OURS}: enough to read`)),
  /** Of an answer to a group's prompt that is kept; those to tasks are as long as they were judged. */
  sampleTokens: whole(1)
    .default(256)
    .meta(source(`${OURS}: a second or two`)),
  /** Whether the model's likeliest IR is run beside the C; null: it is not. */
  compile: compileSection.nullable().default(null).meta(source('none: it takes time')),
  /** What the best checkpoint is chosen by: the share of IR that is equal, or the figures of the method. */
  best: oneOf(['method', 'compile'])
    .default('method')
    .meta(source(`${OURS}: see docs/training.md`)),
})

/** Of methods that translate. */
export const translationEvaluationSection = evaluationSection.extend({
  /** Number of tasks of all databases together, by their weights, drawn by the seed and answered greedily; all if there are fewer. */
  tasks: whole(1)
    .default(256)
    .meta(source(`${OURS}: 3% standard error of the pass rate at most`)),
})

export const checkpointsSection = z.strictObject({
  /** The last and the best are kept. */
  everySteps: whole(1).default(100).meta(source(OURS)),
})
