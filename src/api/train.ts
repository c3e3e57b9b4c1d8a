/** `gepo/train`: a model is made, and trained on groups and translation tasks. */
import type { TrainConfigInput } from '../train/config/train-config.ts'
import type { InitModelSummary } from '../train/model/init-model.ts'
import type { NewModelSizes } from '../train/model/model-sizes.ts'
import type { TrainEvent, TrainSummary } from '../train/run/events.ts'
import type { TensorEngineOptions } from '../train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../train/tensor-engine/tensor-engine.ts'
import { fullWatch, type Watch } from './watch.ts'

export { UserError } from '../base/user-error.ts'
export type { TrainConfig, TrainConfigInput } from '../train/config/train-config.ts'
export type { InitModelSummary } from '../train/model/init-model.ts'
export type { ModelSize, NewModelSizes } from '../train/model/model-sizes.ts'
export type { EvaluationFigures, StepMetrics, TrainEvent, TrainSummary } from '../train/run/events.ts'
export type { TensorEngineOptions } from '../train/tensor-engine/open-tensor-engine.ts'
export type { Model, TensorEngine } from '../train/tensor-engine/tensor-engine.ts'
export type { Watch } from './watch.ts'

/**
 * Makes a model of Qwen3's architecture with random weights, and a tokenizer from the texts of a database's train split.
 *
 * @param out the folder to make
 * @example await createModel('groups.db', 'models/tiny', { size: 'tiny', seed: 1 })
 * @throws UserError where the folder exists already, or the database has no groups to train on
 */
export async function createModel(
  database: string,
  out: string,
  options: NewModelSizes & { readonly seed?: number | undefined } = {},
): Promise<InitModelSummary> {
  const { initModel } = await import('../train/model/init-model.ts')
  const { sizesOf } = await import('../train/model/model-sizes.ts')
  const { openTrainingRows } = await import('../store/training-rows.ts')
  const rows = openTrainingRows(database)
  try {
    return await initModel(rows, { ...sizesOf(options), out, seed: options.seed ?? 0 })
  } finally {
    rows.close()
  }
}

/**
 * Trains a model, or goes on where an earlier call with the same options stopped.
 *
 * @param config the options of `gepo train` by name; docs/training.md has them
 * @throws UserError where the options, the data and the model do not fit each other, or training is not installed
 * @example await trainModel({ method: 'gepo', model: 'models/tiny', out: 'runs/a', data: { groups: 'groups.db' } })
 */
export async function trainModel(
  config: TrainConfigInput,
  watch: Watch<TrainEvent> = {},
): Promise<TrainSummary> {
  const { parseTrainConfig } = await import('../train/config/load-train-config.ts')
  const { engineOptions } = await import('../train/run/open-options.ts')
  const { train } = await import('../train/run/train.ts')
  const { openRanks } = await import('../train/run/open-ranks.ts')
  const parsed = parseTrainConfig(config)
  const ranks = await openRanks(parsed, process.env)
  const engine = ranks?.engine ?? (await loadTensorEngine(engineOptions(parsed)))
  try {
    const judging = ranks && { openJudging: ranks.openJudging, openCompiling: ranks.openCompiling }
    const { report, ...rest } = fullWatch(watch)
    if (ranks?.note !== undefined) report({ kind: 'note', text: ranks.note })
    return await train(parsed, { engine, ...judging, ...rest, report })
  } finally {
    await engine.close()
  }
}

/** Loads libtorch, for those who want a model's logarithms of probabilities and answers without a training. */
export async function loadTensorEngine(options: TensorEngineOptions = {}): Promise<TensorEngine> {
  const { openTensorEngine } = await import('../train/tensor-engine/open-tensor-engine.ts')
  return openTensorEngine(options)
}
