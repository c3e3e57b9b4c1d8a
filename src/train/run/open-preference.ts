/**
 * What a run learns from groups, or from pairs of texts, opened: sources, the reference's log-probabilities, the order
 * of the batches.
 */

import { UserError } from '../../base/user-error.ts'
import type { GroupConfig, PairConfig } from '../config/train-config.ts'
import { createBatchOrder, idsOfSteps } from '../data/batch-order.ts'
import type { GroupSource } from '../data/group-source.ts'
import type { TrainingData } from '../data/open-training-data.ts'
import { methodOf } from '../preference/method.ts'
import { referenceKey } from '../preference/reference-key.ts'
import { computeReferenceLogProbs, type ReferenceOptions } from '../preference/reference-log-probs.ts'
import type { Device, TensorEngine } from '../tensor-engine/tensor-engine.ts'
import { droppedText } from './dropped-text.ts'
import type { TrainEvent } from './events.ts'
import { openReferenceOptions } from './open-options.ts'
import type { PreferencePart } from './run-loop.ts'

interface Watch {
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal | undefined
}

export type PreferenceSources = Pick<PreferencePart, 'trainSource' | 'validationSource'>

/** @throws UserError where there is nothing to train on */
export async function openPreferenceSources(
  data: TrainingData,
  config: GroupConfig | PairConfig,
  { report, signal }: Watch,
): Promise<PreferenceSources> {
  if (data.note !== undefined) report({ kind: 'note', text: data.note })
  const open = async (split: GroupSource['split'], limit: number | null) => {
    const source = await data.source({
      split,
      limit,
      seed: config.seed,
      signal,
      onProgress: (done, total) => report({ kind: 'phase', phase: 'survey', done, total }),
    })
    report({ kind: 'surveyed', split, survey: source.survey })
    return source
  }
  const [split, limit] =
    'data' in config ? [config.data.split, config.data.limit] : (['train', null] as const)
  const trainSource = await open(split, limit)
  if (trainSource.ids.length === 0) {
    throw new UserError(
      `${data.name} has no group of split ${split} that can be used${droppedText(trainSource.survey.droppedGroups)}; change data or length in the configuration.`,
    )
  }
  const validationSource = await open(config.evaluation.split, config.evaluation.groups)
  if (validationSource.ids.length > 0) return { trainSource, validationSource }
  const text = `No group of split ${config.evaluation.split}: groups will not be evaluated.`
  report({ kind: 'note', text })
  return { trainSource, validationSource: undefined }
}

/** Computes what the cache lacks of the reference, with a model that is closed again. */
export async function openPreference(
  data: TrainingData,
  sources: PreferenceSources,
  config: GroupConfig | PairConfig,
  engine: TensorEngine,
  {
    device,
    referenceHash,
    report,
    signal,
  }: Watch & { readonly device: Device; readonly referenceHash: string },
): Promise<PreferencePart> {
  const method = methodOf(config)
  const { trainSource, validationSource } = sources
  const order = createBatchOrder(trainSource.ids, {
    seed: config.seed,
    groups: config.batch.groups,
    epochs: config.epochs,
    maxSteps: config.maxSteps,
  })
  // Where there are tasks too, it is they that say how many steps there are.
  const trained = config.method === 'oorl' ? trainSource : { ...trainSource, ids: idsOfSteps(order) }
  let reference: ReferenceOptions | undefined
  if (method.usesReference && data.cache !== undefined) {
    reference = { cache: data.cache, modelKey: referenceKey(config, device, referenceHash) }
    await computeReferenceLogProbs(
      [trained, ...(validationSource === undefined ? [] : [validationSource])],
      () => engine.openModel(openReferenceOptions(config, device)),
      {
        ...reference,
        maxTokens: config.engine.packedTokens,
        signal,
        onProgress: (done, total) => report({ kind: 'phase', phase: 'reference', done, total }),
      },
    )
  }
  const weight = config.method === 'oorl' ? config.oorl.preferenceWeight : 1
  return { method, weight, trainSource, validationSource, reference, order }
}
