/**
 * A configuration in, a trained model out. The run goes on from its last checkpoint by itself; on the CPU it then
 * ends with the very weights that it would have had without the interruption. A raised signal ends it within the
 * engine's current layer, and the state after the last whole step is saved.
 *
 * Not guaranteed: the same weights on another machine, with another release of libtorch, or on a GPU, whose sums
 * come in another order.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TrainConfig } from '../../config/train-config.ts'
import { UserError } from '../../config/user-error.ts'
import { type BatchOrder, createBatchOrder } from '../data/batch-order.ts'
import type { GroupSource } from '../data/group-source.ts'
import { openTrainingData, type TrainingData } from '../data/open-training-data.ts'
import type { Engine, Model } from '../engine/engine.ts'
import { hashModel } from '../reference/hash-model.ts'
import { referenceKey } from '../reference/reference-key.ts'
import { computeReferenceLogProbs, type ReferenceOptions } from '../reference/reference-log-probs.ts'
import { methodOf } from '../step/method.ts'
import { type Checkpoints, openCheckpoints, type Progress } from './checkpoints.ts'
import type { TrainEvent, TrainSummary } from './events.ts'
import { bestFolder, exportModels, modelFolder } from './export-models.ts'
import { isAbort } from './is-abort.ts'
import { openMetricsLog, readEvaluations } from './metrics-log.ts'
import { chooseDevice, openFrozenOptions, openPolicyOptions } from './open-options.ts'
import { openRunFolder, type RunFolder } from './run-folder.ts'
import { runLoop } from './run-loop.ts'

export interface TrainOptions {
  /** Called once; the caller closes what it gives. */
  readonly engine: Engine
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal
}

/**
 * @throws UserError where the configuration, the data, the model or the folder of the run do not fit each other
 * @example await train(config, { engine, report: () => {} }) // { kind: 'finished', step: 120, ... }
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<TrainSummary> {
  const run = openRunFolder(config.out)
  try {
    const data = await openTrainingData(config, config.model)
    try {
      return await trainIn(run, data, config, options)
    } finally {
      data.close()
    }
  } finally {
    run.close()
  }
}

async function trainIn(
  run: RunFolder,
  data: TrainingData,
  config: TrainConfig,
  options: TrainOptions,
): Promise<TrainSummary> {
  const { engine, report, signal } = options
  const method = methodOf(config)
  const checkpoints = openCheckpoints(join(run.path, 'checkpoints'))
  const resumed = checkpoints.last()
  const fresh: Progress = { form: 1, step: 0, tokens: 0, seconds: 0, evaluatedAt: null, best: null }
  const start = resumed?.progress ?? fresh
  let order: BatchOrder | undefined
  try {
    const { trainSource, validationSource } = await openSources(data, config, options)
    order = createBatchOrder(trainSource.ids, {
      seed: config.seed,
      groups: config.batch.groups,
      epochs: config.epochs,
      maxSteps: config.maxSteps,
    })

    const device = chooseDevice(config, engine)
    const referenceFolder = config.reference ?? config.model
    const referenceHash = await hashModel(referenceFolder)
    const modelHash = config.reference === null ? referenceHash : await hashModel(config.model)
    run.pin({
      config,
      data: hashOf([trainSource.scope, ...trainSource.ids]),
      model: hashOf([modelHash, referenceHash]),
    })
    const reference: ReferenceOptions | undefined = method.usesReference
      ? { cache: data.cache, modelKey: await referenceKey(referenceFolder, config, device, referenceHash) }
      : undefined
    if (reference !== undefined) {
      await computeReferenceLogProbs(
        [trainSource, ...(validationSource === undefined ? [] : [validationSource])],
        () => engine.openModel(openFrozenOptions(config, device, referenceFolder)),
        {
          ...reference,
          maxTokens: config.engine.packedTokens,
          signal,
          onProgress: (done, total) => report({ kind: 'phase', phase: 'reference', done, total }),
        },
      )
    }

    const model = await engine.openModel(openPolicyOptions(config, device))
    try {
      checkLengths(model, trainSource)
      if (resumed !== undefined) await model.loadState(resumed.stateFolder)
      report({ kind: 'started', model: model.info, step: start.step, steps: order.steps })
      const log = openMetricsLog(run.path, resumed?.progress)
      const { progress, interrupted } = await runLoop(
        {
          config,
          method,
          model,
          trainSource,
          validationSource,
          reference,
          order,
          checkpoints,
          log,
          report,
          signal,
        },
        start,
      )
      if (!interrupted) await exportModels(run.path, config.model, model, checkpoints)
      return summaryOf(interrupted ? 'interrupted' : 'finished', progress, order, run, checkpoints)
    } finally {
      await model.close()
    }
  } catch (error) {
    // Before the first step there is nothing to save but what the cache has already.
    if (isAbort(error, signal)) return summaryOf('interrupted', start, order, run, checkpoints)
    throw error
  }
}

async function openSources(data: TrainingData, config: TrainConfig, { report, signal }: TrainOptions) {
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
  const trainSource = await open(config.data.split, config.data.limit)
  if (trainSource.ids.length === 0) {
    throw new UserError(
      `${config.data.groups} has no group of split ${config.data.split} that can be used${droppedText(trainSource)}; change data or length in the configuration.`,
    )
  }
  const validationSource = await open(config.evaluation.split, config.evaluation.groups)
  if (validationSource.ids.length > 0) return { trainSource, validationSource }
  report({ kind: 'note', text: `No group of split ${config.evaluation.split}: there will be no evaluation.` })
  return { trainSource, validationSource: undefined }
}

function droppedText({ survey }: GroupSource): string {
  const reasons = Object.entries(survey.droppedGroups).map(([reason, n]) => `${reason} ${n}`)
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`
}

function checkLengths({ info }: Model, { survey }: GroupSource): void {
  if (survey.longestSequence > info.maxPositions) {
    throw new UserError(
      `The longest sequence has ${survey.longestSequence} tokens and the model takes ${info.maxPositions}; set length.maxTokens to at most that.`,
    )
  }
}

function summaryOf(
  kind: TrainSummary['kind'],
  progress: Progress,
  order: BatchOrder | undefined,
  run: RunFolder,
  checkpoints: Checkpoints,
): TrainSummary {
  const { step, tokens, seconds } = progress
  const existing = (folder: string) => (kind === 'finished' && existsSync(folder) ? folder : undefined)
  return {
    kind,
    step,
    steps: order?.steps ?? 0,
    tokens,
    seconds,
    evaluations: readEvaluations(run.path),
    best: checkpoints.last()?.progress.best ?? progress.best,
    modelFolder: existing(modelFolder(run.path)),
    bestFolder: existing(bestFolder(run.path)),
  }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
