/**
 * What a run learns from answers, opened: translation problems and C to compile as prompts, the reference of the KL, the
 * drawing.
 */

import { UserError } from '../../base/user-error.ts'
import { LEVELS } from '../../records/level.ts'
import type { Split } from '../../records/split.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { BatchOrder } from '../data/batch-order.ts'
import { openCompileSource } from '../data/compile-source.ts'
import { createTaskOrder, joinTasks, limitTasks } from '../data/join-tasks.ts'
import { type TaskFile, taskFiles } from '../data/task-files.ts'
import { openTaskSource, type TaskSource } from '../data/task-source.ts'
import type { Compiling } from '../policy/compiling.ts'
import { type EvaluatedTranslation, evaluateTranslation } from '../policy/evaluate-translation.ts'
import type { Judging } from '../policy/judging.ts'
import { readStopTokens } from '../policy/read-stop-tokens.ts'
import { judgeRewarded, type RewardedTask } from '../policy/rewarded-task.ts'
import type { Rollout } from '../policy/rollout.ts'
import { createRollouts, type ReferenceModel } from '../policy/rollouts.ts'
import { createPromptStyle } from '../prompt/prompt-style.ts'
import { createTaskPrompt } from '../prompt/task-prompt.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { samplesOf } from './draw-samples.ts'
import { droppedText } from './dropped-text.ts'
import type { TrainEvent } from './events.ts'
import type { StepPlan, TranslationPart } from './run-loop.ts'

export interface TranslationSources {
  readonly trainSource: TaskSource<RewardedTask>
  readonly validationSource: TaskSource<RewardedTask> | undefined
  /** Of batches of rollouts. */
  readonly order: BatchOrder
  readonly plan: StepPlan
}

export interface TranslationWorld {
  readonly config: RolloutConfig
  readonly tokenizer: TextTokenizer
  /** Where a file of `tasks` holds translation problems. */
  readonly judging: Judging | undefined
  /** Where one holds groups. */
  readonly compiling: Compiling | undefined
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** @throws UserError where there is no task to train on */
export async function openTranslationSources(world: TranslationWorld): Promise<TranslationSources> {
  const { config, report } = world
  const { tasks, rollout, evaluation, seed, epochs, maxSteps } = config
  const files = taskFiles(config)
  const training = await openTaskFiles(world, files, tasks.split, tasks.limit)
  reportTasks(world, tasks.split, training)
  for (const [at, { survey, ids }] of training.entries()) {
    if (ids.length > 0) continue
    throw new UserError(
      `${files[at]!.file} has no task of split ${tasks.split} that can be used${droppedText(survey.dropped)}; change tasks, length or rollout.maxNewTokens in the configuration.`,
    )
  }
  const validationSource = await openTasks(world, evaluation.split, evaluation.tasks)
  if (validationSource.ids.length === 0) {
    report({
      kind: 'note',
      text: `No task of split ${evaluation.split}: there will be no pass rate of evaluations.`,
    })
  }
  const weighted = training.map(({ ids }, at) => ({ ids, weight: files[at]!.weight }))
  const order = createTaskOrder(weighted, { seed, tasks: rollout.tasks, epochs })
  const plan = {
    stepsPerEpoch: order.stepsPerEpoch * rollout.steps,
    steps: Math.min(order.steps * rollout.steps, maxSteps ?? Number.MAX_SAFE_INTEGER),
  }
  return {
    trainSource: joinTasks(training),
    validationSource: validationSource.ids.length > 0 ? validationSource : undefined,
    order,
    plan,
  }
}

/**
 * The tasks of all files.
 * @param limit how many tasks at most, each file's share by its weight; null for all
 */
export async function openTasks(
  world: TranslationWorld,
  split: Split,
  limit: number | null,
): Promise<TaskSource<RewardedTask>> {
  const files = taskFiles(world.config)
  // One file alone may have to give them all.
  const opened = await openTaskFiles(world, files, split, limit)
  const sources =
    limit === null
      ? opened
      : limitTasks(
          opened.map((source, at) => ({ source, weight: files[at]!.weight })),
          limit,
          world.config.seed,
        )
  reportTasks(world, split, sources)
  return joinTasks(sources)
}

async function openTaskFiles(
  world: TranslationWorld,
  files: readonly TaskFile[],
  split: Split,
  limit: number | null,
): Promise<TaskSource<RewardedTask>[]> {
  const sources: TaskSource<RewardedTask>[] = []
  for (const { file, holdsGroups } of files) {
    sources.push(await (holdsGroups ? openGroupTasks : openProblemTasks)(world, file, split, limit))
  }
  return sources
}

function reportTasks(
  { report }: TranslationWorld,
  split: Split,
  sources: readonly TaskSource<RewardedTask>[],
): void {
  for (const { survey } of sources) report({ kind: 'tasks', split, survey })
}

async function openProblemTasks(
  { config, tokenizer, judging }: TranslationWorld,
  file: string,
  split: Split,
  limit: number | null,
): Promise<TaskSource<RewardedTask>> {
  const { sources, targets } = config.tasks
  return openTaskSource(await judging!.tasks({ file, split, sources, targets }), {
    tokenizer,
    prompt: createTaskPrompt(config.translation, tokenizer),
    maxPromptTokens: maxPromptTokens(config),
    limit,
    seed: config.seed,
  })
}

async function openGroupTasks(
  { config, tokenizer, compiling }: TranslationWorld,
  file: string,
  split: Split,
  limit: number | null,
): Promise<TaskSource<RewardedTask>> {
  return openCompileSource(compiling!.rows(file), {
    tokenizer,
    style: createPromptStyle(config.prompt, tokenizer),
    split,
    levels: config.tasks.levels ?? LEVELS,
    maxPromptTokens: maxPromptTokens(config),
    limit,
    seed: config.seed,
  })
}

const maxPromptTokens = ({ length, rollout }: RolloutConfig) => length.maxTokens - rollout.maxNewTokens

const judgeOf = ({ config, judging, compiling }: TranslationWorld) =>
  judgeRewarded({ judging, compiling, searchInputs: config.tasks.searchInputs })

/** @param unfinished rollouts that a checkpoint kept */
export function openTranslation(
  world: TranslationWorld,
  { trainSource, validationSource, order }: TranslationSources,
  model: Model,
  reference: ReferenceModel | undefined,
  unfinished: Rollout | undefined,
): TranslationPart {
  const { config, tokenizer, report } = world
  const weight = config.method === 'oorl' ? config.oorl.reinforceWeight : 1
  const rollouts = createRollouts({
    config,
    weight,
    model,
    reference,
    source: trainSource,
    order,
    drawing: { stopTokens: readStopTokens(config.model, tokenizer), tokenizer, judge: judgeOf(world) },
    onProgress: (done, total) => report({ kind: 'phase', phase: 'answers', done, total }),
    unfinished,
  })
  const evaluate =
    validationSource &&
    (async () => {
      const { measure, answers } = await evaluateTasks(world, validationSource, model)
      const kept = answers.slice(0, config.evaluation.samples)
      return { measure, samples: await samplesOf('translation', kept, tokenizer) }
    })
  return { weight, rollouts, evaluate }
}

export function evaluateTasks(
  world: TranslationWorld,
  source: TaskSource<RewardedTask>,
  model: Model,
): Promise<EvaluatedTranslation> {
  const { config, tokenizer, report, signal } = world
  return evaluateTranslation(model, source, {
    maxNewTokens: config.rollout.maxNewTokens,
    batchSize: config.rollout.batchSize,
    cudaGraphs: config.rollout.cudaGraphs,
    stopTokens: readStopTokens(config.model, tokenizer),
    tokenizer,
    judge: judgeOf(world),
    signal,
    onProgress: (done, total) => report({ kind: 'phase', phase: 'answers', done, total }),
  })
}
