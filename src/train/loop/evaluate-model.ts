/** A configuration, a trained model and a split in; how well the model tells winners from losers there out. */
import type { TrainConfig } from '../../config/train-config.ts'
import { UserError } from '../../config/user-error.ts'
import type { Split } from '../../group/group-record.ts'
import { openTrainingData } from '../data/open-training-data.ts'
import type { Engine } from '../engine/engine.ts'
import { referenceKey } from '../reference/reference-key.ts'
import { computeReferenceLogProbs, type ReferenceOptions } from '../reference/reference-log-probs.ts'
import { type Evaluation, evaluate } from '../step/evaluate.ts'
import { methodOf } from '../step/method.ts'
import { preparedPages } from '../step/prepare-groups.ts'
import type { TrainEvent } from './events.ts'
import { chooseDevice, openFrozenOptions } from './open-options.ts'

export interface EvaluateModelOptions {
  readonly engine: Engine
  /** The model's folder. */
  readonly folder: string
  readonly split: Split
  /** So many groups, drawn by the configuration's seed; null for all. */
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
  { engine, folder, split, limit, report, signal }: EvaluateModelOptions,
): Promise<Evaluation> {
  const method = methodOf(config)
  const device = chooseDevice(config, engine)
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
    const referenceFolder = config.reference ?? config.model
    let reference: ReferenceOptions | undefined
    if (method.usesReference) {
      reference = { cache: data.cache, modelKey: await referenceKey(referenceFolder, config, device) }
      await computeReferenceLogProbs(
        [source],
        () => engine.openModel(openFrozenOptions(config, device, referenceFolder)),
        { ...reference, maxTokens: config.engine.packedTokens, signal, onProgress: progress('reference') },
      )
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
