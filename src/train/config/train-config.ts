/**
 * What `gepo train` and `gepo eval` are told: a YAML file in, one frozen, checked record out. Every option has a
 * default with its source, which `--print-config` shows; a name that is no option is refused, never ignored.
 * Only what one can see in the file is checked here, not whether files and devices exist.
 */
import { readFileSync } from 'node:fs'
import { parse as parseYaml, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { nearestName } from '../../base/nearest-name.ts'
import { UserError } from '../../base/user-error.ts'
import { LOSER_CLASSES } from '../../records/group-record.ts'
import { LANGUAGES } from '../../records/language.ts'
import { LEVELS } from '../../records/level.ts'
import { SPLITS } from '../../records/split.ts'
import { ADVANTAGE_KINDS, REWARD_SHAPES } from '../losses/advantages.ts'
import { DPO_LOSSES, DPO_PAIRS } from '../losses/dpo-loss.ts'
import { LENGTHS } from '../losses/group-scores.ts'
import { VARIANCE_KINDS } from '../losses/moments.ts'

/** Where a default is from. */
const PAPER = 'the paper'
const REINFORCE = "arXiv 2501.03262 and its authors' OpenRLHF"
const OURS = 'ours'
const source = (text: string) => ({ source: text })

const text = () => z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' })
const real = (least: number, most = Number.MAX_VALUE) =>
  z
    .number({ error: 'must be a number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })
const positive = () => z.number({ error: 'must be a number' }).positive({ error: 'must be above 0' })
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: 'must be a whole number' })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` })
const yesNo = () => z.boolean({ error: 'must be true or false' })

const data = z.strictObject({
  /** Database of groups that gepo build made. */
  groups: text(),
  split: oneOf(SPLITS).default('train').meta(source(OURS)),
  /** Losers of these classes. */
  classes: z
    .array(oneOf(LOSER_CLASSES))
    .min(1, { error: 'must name at least one class' })
    .default([...LOSER_CLASSES])
    .meta(source(`${OURS}: every class there is`)),
  /** Winners that one of these levels gives, and losers at them. */
  levels: z
    .array(oneOf(LEVELS))
    .min(1, { error: 'must name at least one level' })
    .default([...LEVELS])
    .meta(source(`${OURS}: every level there is`)),
  /** Number of groups, drawn by the seed. */
  limit: whole(1).nullable().default(null).meta(source('none: all groups')),
  /** Database where lengths and the reference's log-probabilities are kept, for later runs too. */
  cache: text()
    .nullable()
    .default(null)
    .meta(source('none: beside the groups, with .cache after their name')),
})

const prompt = z.strictObject({
  style: oneOf(['raw', 'chat'])
    .default('raw')
    .meta(source(`${OURS}: a base model knows no chat`)),
  /** Jinja: the prompt (raw) or the user's message (chat) from `code`. */
  template: text().nullable().default(null).meta(source("none: the style's own, see docs/training.md")),
  /** Chat only: the system's message. */
  system: text().nullable().default(null).meta(source('none')),
  /** Jinja: the response from `ir`. */
  response: text()
    .default('{{ ir }}')
    .meta(source(`${OURS}: the IR and nothing else`)),
  /** Whether the tokenizer's end token closes a response and counts in its log-probability. */
  endToken: yesNo()
    .default(true)
    .meta(source(`${OURS}, as TRL: the end is part of an answer`)),
})

const length = z.strictObject({
  /** Prompt and response together. */
  maxTokens: whole(2).default(8192).meta(source(PAPER)),
  /** What goes when a response is longer; nothing is ever cut. */
  overlong: oneOf(['drop-response', 'drop-group'])
    .default('drop-response')
    .meta(source(`${OURS}: the group's other responses are as good as before`)),
})

const optimizer = z.strictObject({
  learningRate: positive().default(5e-7).meta(source(PAPER)),
  weightDecay: real(0).default(0).meta(source(PAPER)),
  beta1: real(0, 1).default(0.9).meta(source("AdamW's usual")),
  beta2: real(0, 1).default(0.999).meta(source("AdamW's usual")),
  epsilon: positive().default(1e-8).meta(source("AdamW's usual")),
  /** Gradients of a larger norm are scaled down to it; null: none are. */
  clipNorm: positive().nullable().default(1).meta(source('the usual of transformers and TRL')),
})

const schedule = z.strictObject({
  kind: oneOf(['cosine', 'linear', 'constant']).default('cosine').meta(source(PAPER)),
  /** Share of all steps in which the learning rate rises from 0. */
  warmupRatio: real(0, 1).default(0.03).meta(source(PAPER)),
})

const batch = z.strictObject({
  /** Groups in one optimiser step. */
  groups: whole(1).default(8).meta(source(PAPER)),
})

const training = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('full').meta(source('the paper trains all parameters')),
      gradients: oneOf(['float32', 'bfloat16'])
        .default('float32')
        .meta(source(`${OURS}: the exact one`)),
      moments: oneOf(['float32', 'bfloat16'])
        .default('float32')
        .meta(source(`${OURS}: the exact one`)),
      /** With bfloat16 weights: keep the 16 bits that they lack to float32. */
      master: yesNo()
        .default(true)
        .meta(source(`${OURS}: small updates are lost without it`)),
    }),
    z.strictObject({
      kind: z.literal('lora'),
      rank: whole(1)
        .default(16)
        .meta(source(`${OURS}, the usual of PEFT's examples`)),
      /** The addition is scaled by alpha / rank. */
      alpha: positive()
        .default(32)
        .meta(source(`${OURS}, the usual of PEFT's examples`)),
    }),
  ],
  { error: 'must have kind: full or kind: lora' },
)

const engine = z.strictObject({
  device: z
    .string()
    .regex(/^(auto|cpu|cuda|cuda:[0-9]+)$/, { error: 'must be auto, cpu, cuda or cuda:0' })
    .default('auto')
    .meta(source(`${OURS}: the first GPU where there is one`)),
  /** That an operation on the CPU may use. */
  threads: whole(1).nullable().default(null).meta(source('none: as many as cores')),
  /** Of the weights and the computation. */
  numberType: oneOf(['float32', 'bfloat16', 'float64'])
    .default('float32')
    .meta(source(`${OURS}: the exact one; bfloat16 for large models on a GPU`)),
  training: training.prefault({ kind: 'full' }),
  /** A group of more tokens, the prompt counted with each response, goes response by response; the gradient is the same. */
  packedTokens: whole(1)
    .default(16384)
    .meta(source(`${OURS}: see docs/training.md for its memory`)),
  /** What activations kept for the backward pass may take; what does not fit is computed again. */
  activationBytes: whole(0).nullable().default(null).meta(source('none: everything is kept')),
  /** Rows of logits held at a time. */
  logitRows: whole(1)
    .default(1024)
    .meta(source(`${OURS}: 0.6 GiB with 151,936 entries`)),
  /** Of norms, rotations, gates, log-probabilities and optimiser steps: our own kernels, or libtorch's operations. */
  kernels: oneOf(['auto', 'fused', 'torch'])
    .default('auto')
    .meta(source(`${OURS}: our own on a GPU, where the set-up found nvcc`)),
})

const pairs = z.strictObject({
  /** JSON lines, each with the texts `prompt` and `response`. */
  file: text(),
  style: oneOf(['raw', 'chat'])
    .default('raw')
    .meta(source(`${OURS}: a base model knows no chat`)),
  /** Chat only: the system's message. */
  system: text().nullable().default(null).meta(source('none')),
})

const languages = () =>
  z.array(oneOf(LANGUAGES)).min(1, { error: 'must name at least one language' }).nullable().default(null)
const tasks = z.strictObject({
  /** Database of translation problems that gepo problems made. */
  problems: text(),
  split: oneOf(SPLITS).default('train').meta(source(OURS)),
  /** Programs in these languages, to be said again in these. */
  sources: languages().meta(source('none: every language that there are programs in')),
  targets: languages().meta(source('none: those that the problems were made for')),
  /** Number of tasks, drawn by the seed. */
  limit: whole(1).nullable().default(null).meta(source('none: all tasks')),
})

const translation = z.strictObject({
  style: oneOf(['raw', 'chat'])
    .default('raw')
    .meta(source(`${OURS}: a base model knows no chat`)),
  /** Jinja: the prompt (raw) or the user's message (chat) from `code`, `source`, `target` and `declaration`. */
  template: text()
    .nullable()
    .default(null)
    .meta(source("ours, see docs/training.md: a block of the target's language is asked for")),
  /** Chat only: the system's message. */
  system: text().nullable().default(null).meta(source('none')),
})

const rollout = z.strictObject({
  /** Tasks that are answered for one batch of rollouts. */
  tasks: whole(1).default(8).meta(source(PAPER)),
  /** Answers to each task. */
  samples: whole(1).default(1).meta(source(REINFORCE)),
  /** Optimiser steps that a batch of rollouts is shared out to. More than one are no longer quite on-policy. */
  steps: whole(1)
    .default(1)
    .meta(source(`${OURS}: on-policy`)),
  /** An answer that has not ended by then is wrong. */
  maxNewTokens: whole(1)
    .default(2048)
    .meta(source(`${OURS}: a program and the words around it`)),
  /** Of the drawing. Others than 1, 1 and 0 draw from another distribution than the one that is trained. */
  temperature: positive().default(1).meta(source(REINFORCE)),
  topP: real(0, 1).default(1).meta(source(REINFORCE)),
  topK: whole(0).default(0).meta(source('none: all tokens')),
  /** Answers that are drawn at a time; the next begins as soon as one has ended. */
  batchSize: whole(1)
    .default(64)
    .meta(source(`${OURS}: see docs/training.md for its memory`)),
  /** Whether a GPU's steps are recorded once and played back (CUDA graphs), which takes the host out of their time. */
  cudaGraphs: yesNo()
    .default(false)
    .meta(source(`${OURS}: not yet measured`)),
})

const judge = z.strictObject({
  /** Answers that are judged at a time. */
  jobs: whole(1).nullable().default(null).meta(source('none: as many as cores')),
})

const reinforce = z.strictObject({
  /** global: KL in the reward. baseline: less the mean of the task's answers, KL in the loss. */
  advantages: oneOf(['auto', ...ADVANTAGE_KINDS])
    .default('auto')
    .meta(source(`${REINFORCE}: global for one answer a task, baseline for several`)),
  /** Weight of the KL to the reference; 0: no reference is kept in memory. */
  klCoefficient: real(0)
    .default(1e-4)
    .meta(source(`${OURS}; the paper states none`)),
  /** A token's KL counts up to this, in nats. */
  klClip: positive().default(10).meta(source(REINFORCE)),
  /** Rewards of 0 and 1, or of -1 and 1. */
  rewardShape: oneOf(REWARD_SHAPES).default('binary').meta(source('the paper, equation (4)')),
  rewardClip: positive().default(10).meta(source(REINFORCE)),
  /** How far a token's probability may move within a batch of rollouts. */
  clip: positive().default(0.2).meta(source(REINFORCE)),
  /** Above 1: the loss of a token of negative advantage is at most this times it. */
  dualClip: real(1).nullable().default(null).meta(source('none')),
})

const oorl = z.strictObject({
  /** Weights of both losses, equation (10). With 0 a part is left out and only evaluated. */
  reinforceWeight: real(0).default(1).meta(source(PAPER)),
  preferenceWeight: real(0).default(0.01).meta(source(PAPER)),
  /** dpo: the paper's ablation. */
  preference: oneOf(['gepo', 'dpo']).default('gepo').meta(source(PAPER)),
})

const evaluation = z.strictObject({
  split: oneOf(SPLITS).default('validation').meta(source(OURS)),
  everySteps: whole(1).default(100).meta(source(OURS)),
  /** Number of groups, drawn by the seed; all if there are fewer. */
  groups: whole(1)
    .default(512)
    .meta(source(`${OURS}: 2% standard error of the accuracy at most`)),
})
/** Of methods that translate. */
const translationEvaluation = evaluation.extend({
  /** Number of tasks, drawn by the seed and answered greedily; all if there are fewer. */
  tasks: whole(1)
    .default(256)
    .meta(source(`${OURS}: 3% standard error of the pass rate at most`)),
})

const checkpoints = z.strictObject({
  /** The last and the best are kept. */
  everySteps: whole(1).default(100).meta(source(OURS)),
})

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
  length: length.prefault({}),
  optimizer: optimizer.prefault({}),
  schedule: schedule.prefault({}),
  epochs: whole(1).default(1).meta(source(PAPER)),
  /** Last step, although the epochs are not over; the schedule ends there too. */
  maxSteps: whole(1).nullable().default(null).meta(source('none: the epochs end it')),
  engine: engine.prefault({}),
  evaluation: evaluation.prefault({}),
  checkpoints: checkpoints.prefault({}),
}
const groups = { data, prompt: prompt.prefault({}), batch: batch.prefault({}) }
const rollouts = {
  tasks,
  translation: translation.prefault({}),
  rollout: rollout.prefault({}),
  judge: judge.prefault({}),
  reinforce: reinforce.prefault({}),
  evaluation: translationEvaluation.prefault({}),
}

const beta = () => positive().default(0.1).meta(source("DPO's usual; the paper states none"))
const sumOrMean = () =>
  oneOf(LENGTHS).default('sum').meta(source("the paper's and DPO's convention; mean divides by the tokens"))

const sft = z
  .strictObject({
    length: oneOf(LENGTHS).default('mean').meta(source('usual SFT: the mean over all tokens of a batch')),
  })
  .prefault({})
const dpo = z
  .strictObject({
    beta: beta(),
    loss: oneOf(DPO_LOSSES).default('sigmoid').meta(source('equation (3)')),
    pairs: oneOf(DPO_PAIRS)
      .default('all')
      .meta(source(`${OURS}: the same texts as GEPO sees`)),
    length: sumOrMean(),
  })
  .prefault({})
const gepo = z
  .strictObject({
    beta: beta(),
    /** Weight of the winners' variance. */
    lambda: real(0).default(1).meta(source(PAPER)),
    variance: oneOf(VARIANCE_KINDS)
      .default('population')
      .meta(source(`${OURS}: Var over the set of winners, equation (9)`)),
    length: sumOrMean(),
  })
  .prefault({})

/** A method is an entry here and, where it learns from groups, an entry of train/step/method.ts. */
const METHODS = {
  sft: z.strictObject({ method: z.literal('sft'), ...common, ...groups, sft }),
  dpo: z.strictObject({ method: z.literal('dpo'), ...common, ...groups, dpo }),
  gepo: z.strictObject({ method: z.literal('gepo'), ...common, ...groups, gepo }),
  reinforce: z.strictObject({ method: z.literal('reinforce'), ...common, ...rollouts }),
  oorl: z.strictObject({
    method: z.literal('oorl'),
    ...common,
    ...groups,
    ...rollouts,
    oorl: oorl.prefault({}),
    gepo,
    dpo,
  }),
} as const
/** Supervised by pairs of texts in place of groups. */
const SFT_ON_PAIRS = z.strictObject({
  method: z.literal('sft'),
  ...common,
  pairs,
  batch: groups.batch,
  sft,
})

type MethodName = keyof typeof METHODS

function schemaOf(given: Record<string, unknown> & { readonly method: MethodName }): z.ZodType {
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

/** A file's configuration: as it was written, and with every default filled in. */
export interface LoadedTrainConfig {
  readonly config: TrainConfig
  /** What the file itself says. */
  readonly given: Readonly<Record<string, unknown>>
}

/** @throws UserError naming the entry that is wrong and what it should be */
export function loadTrainConfig(file: string): LoadedTrainConfig {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `The configuration ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file such as configs/tiny-cpu.yaml.`,
    )
  }
  let given: unknown
  try {
    given = parseYaml(content)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new UserError(`${file} is not YAML: ${error.message.split('\n')[0]!.replace(/:$/, '')}.`)
  }
  return { config: parseTrainConfig(given, file), given: given as Record<string, unknown> }
}

/**
 * @param place the file's name, for the messages
 * @throws UserError naming the entry that is wrong and what it should be
 * @example parseTrainConfig({ method: 'gepo', model: 'm', out: 'runs/a', data: { groups: 'groups.db' } }).epochs // 1
 */
export function parseTrainConfig(given: unknown, place = 'the configuration'): TrainConfig {
  const method = isRecord(given) ? given.method : undefined
  if (!isRecord(given)) {
    throw new UserError(`${place} must hold options by name, such as "method: gepo" on a line.`)
  }
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method)) {
    throw new UserError(
      `"method" in ${place} must be one of ${Object.keys(METHODS).join(', ')}${shown(method)}.`,
    )
  }
  const schema = schemaOf({ ...given, method: method as MethodName })
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw explainIssue(parsed.error.issues[0]!, schema, given, place)
  const config = deepFreeze(parsed.data) as TrainConfig
  refuseContradictions(config, place)
  return config
}

/** The default of an entry and where it is from; undefined where it has none. */
export function defaultSource(config: TrainConfig, path: readonly string[]): string | undefined {
  return fieldAt(schemaOf(config), path, config)?.meta()?.source as string | undefined
}

/** What no option shows alone. */
function refuseContradictions(config: TrainConfig, place: string): void {
  if (!('rollout' in config)) return
  if (config.reinforce.advantages === 'baseline' && config.rollout.samples === 1) {
    throw new UserError(
      `"reinforce.advantages: baseline" in ${place} compares the answers to a task, and "rollout.samples" is 1; set it to 2 or more.`,
    )
  }
  if (config.rollout.steps > config.rollout.tasks * config.rollout.samples) {
    throw new UserError(
      `"rollout.steps" in ${place} shares ${config.rollout.tasks * config.rollout.samples} answers out to ${config.rollout.steps} steps; lower it.`,
    )
  }
  if (config.rollout.maxNewTokens >= config.length.maxTokens) {
    throw new UserError(
      `"rollout.maxNewTokens" in ${place} leaves no room for a prompt within "length.maxTokens" ${config.length.maxTokens}; lower it.`,
    )
  }
}

function explainIssue(issue: z.core.$ZodIssue, schema: z.ZodType, given: unknown, place: string): UserError {
  const name = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0]!
    const path = issue.path.map(String)
    const around = fieldAt(schema, path, given)
    const known = Object.keys((around && objectOf(around, valueAt(given, path)))?.shape ?? {})
    const nearest = nearestName(unknown, known)
    const remedy = nearest === undefined ? `known are ${known.join(', ')}.` : `did you mean "${nearest}"?`
    return new UserError(`"${[...path, unknown].join('.')}" in ${place} is no option here; ${remedy}`)
  }
  const value = valueAt(given, issue.path)
  if (value === undefined && issue.code === 'invalid_type') {
    return new UserError(`"${name}" is missing in ${place}; it has no default.`)
  }
  return new UserError(`"${name}" in ${place} ${issue.message}${shown(value)}.`)
}

/** The schema of an entry, wrappers and all; `value` chooses among the options of a union on the way. */
function fieldAt(
  schema: z.ZodType,
  [key, ...rest]: readonly string[],
  value: unknown,
): z.ZodType | undefined {
  if (key === undefined) return schema
  const field = objectOf(schema, value)?.shape[key]
  return field && fieldAt(field, rest, isRecord(value) ? value[key] : undefined)
}

function objectOf(schema: z.ZodType, value: unknown): z.ZodObject | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return objectOf(schema.unwrap() as z.ZodType, value)
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const kind = isRecord(value) ? value.kind : undefined
    const options = schema.options as z.ZodObject[]
    return options.find((option) => option.shape.kind?.safeParse(kind).success)
  }
  return schema instanceof z.ZodObject ? schema : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  )
}

function shown(value: unknown): string {
  return value === undefined ? '' : `, not ${JSON.stringify(value)}`
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
