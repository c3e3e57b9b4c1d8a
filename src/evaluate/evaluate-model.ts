/** A configuration, a trained model and a split in; what the model can do there out. */

import { UserError } from '../base/user-error.ts'
import type { Split } from '../records/split.ts'
import type { GroupConfig, RolloutConfig, TrainConfig } from '../train/config/train-config.ts'
import { openTrainingData } from '../train/data/open-training-data.ts'
import { taskFiles } from '../train/data/task-files.ts'
import type { OpenCompiling } from '../train/policy/compiling.ts'
import type { TranslationEvaluation } from '../train/policy/evaluate-translation.ts'
import type { OpenJudging } from '../train/policy/judging.ts'
import { type Evaluation, evaluate } from '../train/preference/evaluate-preference.ts'
import { methodOf } from '../train/preference/method.ts'
import { preparedPages } from '../train/preference/prepare-groups.ts'
import { hashReference, referenceKey } from '../train/preference/reference-key.ts'
import { computeReferenceLogProbs, type ReferenceOptions } from '../train/preference/reference-log-probs.ts'
import type { RunEvaluation, TrainEvent } from '../train/run/events.ts'
import { openJudges } from '../train/run/open-judges.ts'
import { chooseDevice, openFrozenOptions, openReferenceOptions } from '../train/run/open-options.ts'
import { evaluateTasks, openTasks } from '../train/run/open-translation.ts'
import type { Device, TensorEngine } from '../train/tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../train/tokenizer/load-tokenizer.ts'

export interface EvaluateModelOptions {
  readonly engine: TensorEngine
  /** For methods that translate; what it gives is closed at the end. Default: the problems' database and the judge. */
  readonly openJudging?: OpenJudging
  /** For C to compile; what it gives is closed at the end. Default: the judge of IR. */
  readonly openCompiling?: OpenCompiling
  /** The model's folder. */
  readonly folder: string
  readonly split: Split
  /** Number of groups, and of tasks, drawn by the configuration's seed; null for all. */
  readonly limit: number | null
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal
}

/**
 * The same figures as the evaluations of a run, by the same code: log-ratios are against the configuration's
 * reference, or else against its model as it was before training. For method sft scores are log-probabilities.
 *
 * @throws UserError where configuration, data and models do not fit each other
 */
export async function evaluateModel(
  config: TrainConfig,
  options: EvaluateModelOptions,
): Promise<RunEvaluation> {
  const device = chooseDevice(config, options.engine)
  if ('pairs' in config) {
    throw new UserError(
      'Pairs of texts have no losers to evaluate on; name a configuration with data or tasks.',
    )
  }
  const preference = 'data' in config ? await evaluateGroups(config, device, options) : undefined
  const translation = 'rollout' in config ? await evaluateAnswers(config, device, options) : undefined
  return { ...(preference && { preference }), ...(translation && { translation }) }
}

async function evaluateGroups(
  config: GroupConfig,
  device: Device,
  { engine, folder, split, limit, report, signal }: EvaluateModelOptions,
): Promise<Evaluation> {
  const method = methodOf(config)
  const data = await openTrainingData(config, folder)
  try {
    const progress = (phase: 'survey' | 'reference' | 'evaluation') => (done: number, total: number) =>
      report({ kind: 'phase', phase, done, total })
    const source = await data.source({
      split,
      limit,
      seed: config.seed,
      signal,
      onProgress: progress('survey'),
    })
    report({ kind: 'surveyed', split, survey: source.survey })
    if (source.ids.length === 0) {
      throw new UserError(
        `${config.data.groups} has no group of split ${split} that can be used; name another split, or change data or length.`,
      )
    }
    let reference: ReferenceOptions | undefined
    if (method.usesReference && data.cache !== undefined) {
      reference = { cache: data.cache, modelKey: referenceKey(config, device, await hashReference(config)) }
      await computeReferenceLogProbs([source], () => engine.openModel(openReferenceOptions(config, device)), {
        ...reference,
        maxTokens: config.engine.packedTokens,
        signal,
        onProgress: progress('reference'),
      })
    }
    const model = await engine.openModel(openFrozenOptions(config, device, folder))
    try {
      return await evaluate(model, preparedPages(source, { reference, usesLosers: true }), method, {
        packedTokens: config.engine.packedTokens,
        signal,
        onProgress: (done) => progress('evaluation')(done, source.ids.length),
      })
    } finally {
      await model.close()
    }
  } finally {
    data.close()
  }
}

async function evaluateAnswers(
  config: RolloutConfig,
  device: Device,
  { engine, folder, split, limit, report, signal, ...opening }: EvaluateModelOptions,
): Promise<TranslationEvaluation> {
  const judges = await openJudges(config, opening, false)
  try {
    const world = { config, tokenizer: await loadTokenizer(folder), ...judges, report, signal }
    const source = await openTasks(world, split, limit)
    if (source.ids.length === 0) {
      throw new UserError(
        `${taskFiles(config)
          .map(({ file }) => file)
          .join(
            ', ',
          )} has no task of split ${split} that can be used; name another split, or change tasks or length.`,
      )
    }
    const model = await engine.openModel(openFrozenOptions(config, device, folder))
    try {
      return (await evaluateTasks(world, source, model)).measure
    } finally {
      await model.close()
    }
  } finally {
    await judges.close()
  }
}
