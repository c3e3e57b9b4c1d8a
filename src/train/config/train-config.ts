/** The configuration of a training run: the sections that each method takes, put together, and the type that follows. */
import { z } from 'zod'
import { OURS, PAPER, source, text, whole } from './fields.ts'
import { batchSection, dataSection, pairsSection, tasksSection } from './sections/data.ts'
import { engineSection } from './sections/engine.ts'
import { dpoSection, gepoSection, sftSection } from './sections/losses.ts'
import { onPolicySection } from './sections/on-policy.ts'
import { lengthSection, optimizerSection, scheduleSection } from './sections/optimization.ts'
import { checkpointsSection, evaluationSection, translationEvaluationSection } from './sections/progress.ts'
import { promptSection, translationSection } from './sections/prompts.ts'
import { judgeSection, oorlSection, reinforceSection, rolloutSection } from './sections/rollouts.ts'

const common = {
  /** Folder of the model to train, in Hugging Face's format with its tokenizer. */
  model: text(),
  /** Folder of the frozen model that log-ratios are taken against. */
  reference: text().nullable().default(null).meta(source('none: the model as it was before training')),
  /** Folder of the run: checkpoints, metrics, the trained model. */
  out: text(),
  seed: whole(0, 2 ** 32 - 1)
    .default(0)
    .meta(source(OURS)),
  length: lengthSection.prefault({}),
  optimizer: optimizerSection.prefault({}),
  schedule: scheduleSection.prefault({}),
  epochs: whole(1).default(1).meta(source(PAPER)),
  /** Last step, although the epochs are not over; the schedule ends there too. */
  maxSteps: whole(1).nullable().default(null).meta(source('none: the epochs end it')),
  engine: engineSection.prefault({}),
  evaluation: evaluationSection.prefault({}),
  checkpoints: checkpointsSection.prefault({}),
  judge: judgeSection.prefault({}),
}
const groups = { data: dataSection, prompt: promptSection.prefault({}), batch: batchSection.prefault({}) }
const onPolicy = {
  /** Whether answers that the model gives while it is trained join the groups of their prompts; null: they do not. */
  onPolicy: onPolicySection
    .nullable()
    .default(null)
    .meta(source('none: the paper has groups as they were built')),
}
const rollouts = {
  tasks: tasksSection,
  prompt: groups.prompt,
  translation: translationSection.prefault({}),
  rollout: rolloutSection.prefault({}),
  reinforce: reinforceSection.prefault({}),
  evaluation: translationEvaluationSection.prefault({}),
}

/** A method is an entry here and, where it learns from groups, an entry of train/preference/method.ts. */
export const METHODS = {
  sft: z.strictObject({ method: z.literal('sft'), ...common, ...groups, sft: sftSection }),
  dpo: z.strictObject({ method: z.literal('dpo'), ...common, ...groups, ...onPolicy, dpo: dpoSection }),
  gepo: z.strictObject({ method: z.literal('gepo'), ...common, ...groups, ...onPolicy, gepo: gepoSection }),
  reinforce: z.strictObject({ method: z.literal('reinforce'), ...common, ...rollouts }),
  oorl: z.strictObject({
    method: z.literal('oorl'),
    ...common,
    ...groups,
    ...onPolicy,
    ...rollouts,
    oorl: oorlSection.prefault({}),
    gepo: gepoSection,
    dpo: dpoSection,
  }),
} as const
/** Supervised by pairs of texts in place of groups. */
const SFT_ON_PAIRS = z.strictObject({
  method: z.literal('sft'),
  ...common,
  pairs: pairsSection,
  batch: groups.batch,
  sft: sftSection,
})

export type MethodName = keyof typeof METHODS

/** The schema of a configuration that has such a method. */
export function schemaOf(given: Record<string, unknown> & { readonly method: MethodName }): z.ZodType {
  return given.method === 'sft' && 'pairs' in given ? SFT_ON_PAIRS : METHODS[given.method]
}

export type TrainConfig = DeepReadonly<z.output<(typeof METHODS)[MethodName] | typeof SFT_ON_PAIRS>>
/** What a file may hold, before defaults are filled in. */
export type TrainConfigInput = DeepReadonly<z.input<(typeof METHODS)[MethodName] | typeof SFT_ON_PAIRS>>
/** Of methods that learn from groups, from pairs of texts, and from answers to translation tasks. */
export type GroupConfig = Extract<TrainConfig, { readonly data: unknown }>
export type PairConfig = Extract<TrainConfig, { readonly pairs: unknown }>
export type RolloutConfig = Extract<TrainConfig, { readonly rollout: unknown }>
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
