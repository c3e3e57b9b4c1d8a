/** What a run learns from translation tasks, opened: tasks as prompts, the reference of the KL, the drawing. */

import { UserError } from '../../base/user-error.ts'
import type { Split } from '../../records/split.ts'
import type { TranslationTask } from '../../records/translation-task.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import { type BatchOrder, createBatchOrder } from '../data/batch-order.ts'
import { openTaskSource, type TaskSource } from '../data/task-source.ts'
import { type EvaluatedTranslation, evaluateTranslation } from '../policy/evaluate-translation.ts'
import type { Judging } from '../policy/judging.ts'
import { readStopTokens } from '../policy/read-stop-tokens.ts'
import type { Rollout } from '../policy/rollout.ts'
import { createRollouts, type ReferenceModel } from '../policy/rollouts.ts'
import { createTaskPrompt } from '../prompt/task-prompt.ts'
import type { Device, Model, TensorEngine } from '../tensor-engine/tensor-engine.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { samplesOf } from './draw-samples.ts'
import type { TrainEvent } from './events.ts'
import { openFrozenOptions } from './open-options.ts'
import type { StepPlan, TranslationPart } from './run-loop.ts'

export interface TranslationSources {
  readonly trainSource: TaskSource<TranslationTask>
  readonly validationSource: TaskSource<TranslationTask> | undefined
  /** Of batches of rollouts. */
  readonly order: BatchOrder
  readonly plan: StepPlan
}

export interface TranslationWorld {
  readonly config: RolloutConfig
  readonly tokenizer: TextTokenizer
  readonly judging: Judging
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal | undefined
}

/** @throws UserError where there is no task to train on */
export async function openTranslationSources(world: TranslationWorld): Promise<TranslationSources> {
  const { config, report } = world
  const { tasks, rollout, evaluation, seed, epochs, maxSteps } = config
  const trainSource = await openTasks(world, tasks.split, tasks.limit)
  if (trainSource.ids.length === 0) {
    throw new UserError(
      `${tasks.problems} has no task of split ${tasks.split} that can be used${droppedText(trainSource)}; change tasks, length or rollout.maxNewTokens in the configuration.`,
    )
  }
  const validationSource = await openTasks(world, evaluation.split, evaluation.tasks)
  if (validationSource.ids.length === 0) {
    report({
      kind: 'note',
      text: `No task of split ${evaluation.split}: there will be no pass rate of evaluations.`,
    })
  }
  const order = createBatchOrder(trainSource.ids, { seed, groups: rollout.tasks, epochs, maxSteps: null })
  const plan = {
    stepsPerEpoch: order.stepsPerEpoch * rollout.steps,
    steps: Math.min(order.steps * rollout.steps, maxSteps ?? Number.MAX_SAFE_INTEGER),
  }
  return {
    trainSource,
    validationSource: validationSource.ids.length > 0 ? validationSource : undefined,
    order,
    plan,
  }
}

/** @throws UserError as {@link openTranslationSources} */
export async function openTasks(
  { config, tokenizer, judging, report }: TranslationWorld,
  split: Split,
  limit: number | null,
): Promise<TaskSource<TranslationTask>> {
  const { sources, targets } = config.tasks
  const source = await openTaskSource(await judging.tasks({ split, sources, targets }), {
    tokenizer,
    prompt: createTaskPrompt(config.translation, tokenizer),
    maxPromptTokens: config.length.maxTokens - config.rollout.maxNewTokens,
    limit,
    seed: config.seed,
  })
  report({ kind: 'tasks', split, survey: source.survey })
  return source
}

function droppedText({ survey }: Pick<TaskSource<never>, 'survey'>): string {
  const reasons = Object.entries(survey.dropped).map(([reason, n]) => `${reason} ${n}`)
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
}

/** @param unfinished rollouts that a checkpoint kept */
export function openTranslation(
  world: TranslationWorld,
  { trainSource, validationSource, order }: TranslationSources,
  model: Model,
  reference: ReferenceModel | undefined,
  unfinished: Rollout | undefined,
): TranslationPart {
  const { config, tokenizer, judging, report } = world
  const weight = config.method === 'oorl' ? config.oorl.reinforceWeight : 1
  const rollouts = createRollouts({
    config,
    weight,
    model,
    reference,
    source: trainSource,
    order,
    drawing: { stopTokens: readStopTokens(config.model, tokenizer), tokenizer, judge: judging.judge },
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
  { config, tokenizer, judging, report, signal }: TranslationWorld,
  source: TaskSource<TranslationTask>,
  model: Model,
): Promise<EvaluatedTranslation> {
  return evaluateTranslation(model, source, {
    maxNewTokens: config.rollout.maxNewTokens,
    batchSize: config.rollout.batchSize,
    cudaGraphs: config.rollout.cudaGraphs,
    stopTokens: readStopTokens(config.model, tokenizer),
    tokenizer,
    judge: judging.judge,
    signal,
    onProgress: (done, total) => report({ kind: 'phase', phase: 'answers', done, total }),
  })
}

/**
 * What the KL is taken against: with low-rank additions the very model without them, else a frozen one beside it, which
 * the caller closes. Undefined where no KL is taken.
 */
export async function openKlReference(
  config: RolloutConfig,
  engine: TensorEngine,
  device: Device,
  policy: Model,
): Promise<{ readonly reference: ReferenceModel; close(): Promise<void> } | undefined> {
  const weight = config.method === 'oorl' ? config.oorl.reinforceWeight : 1
  if (config.reinforce.klCoefficient === 0 || weight === 0) return undefined
  if (config.engine.training.kind === 'lora' && config.reference === null) {
    return { reference: { model: policy, options: { withoutAdapter: true } }, close: async () => {} }
  }
  const model = await engine.openModel(openFrozenOptions(config, device, config.reference ?? config.model))
  return { reference: { model, options: {} }, close: () => model.close() }
}
