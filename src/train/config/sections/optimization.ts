/** How the weights are moved: how long the texts may be, how large the steps are. */
import { z } from 'zod'
import { OURS, oneOf, PAPER, positive, real, source, whole } from '../fields.ts'

export const lengthSection = z.strictObject({
  /** Prompt and response together. */
  maxTokens: whole(2).default(8192).meta(source(PAPER)),
  /** What goes when a response is longer; nothing is ever cut. */
  overlong: oneOf(['drop-response', 'drop-group'])
    .default('drop-response')
    .meta(source(`${OURS}: the group's other responses are as good as before`)),
})

export const optimizerSection = z.strictObject({
  learningRate: positive().default(5e-7).meta(source(PAPER)),
  weightDecay: real(0).default(0).meta(source(PAPER)),
  beta1: real(0, 1).default(0.9).meta(source("AdamW's usual")),
  beta2: real(0, 1).default(0.999).meta(source("AdamW's usual")),
  epsilon: positive().default(1e-8).meta(source("AdamW's usual")),
  /** Gradients of a larger norm are scaled down to it; null: none are. */
  clipNorm: positive().nullable().default(1).meta(source('the usual of transformers and TRL')),
  /** Steps of a run that may be left out because their gradient is not finite; beyond it the run ends with the reason. */
  skipNonFinite: whole(0)
    .default(0)
    .meta(source(`${OURS}: such a gradient tells of a fault; with bfloat16, a few may be let pass`)),
})

export const scheduleSection = z.strictObject({
  kind: oneOf(['cosine', 'linear', 'constant']).default('cosine').meta(source(PAPER)),
  /** Share of all steps in which the learning rate rises from 0. */
  warmupRatio: real(0, 1).default(0.03).meta(source(PAPER)),
})
