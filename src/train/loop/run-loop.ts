/**
 * The steps of a run: groups in, weights changed, figures and checkpoints out. It evaluates, saves and steps, in this
 * order, so that a run that goes on does first what was still due at its step.
 */
import type { TrainConfig } from '../../config/train-config.ts'
import type { BatchOrder } from '../data/batch-order.ts'
import { groupTokens } from '../data/encoded-group.ts'
import type { GroupSource } from '../data/group-source.ts'
import { EngineError, type Model } from '../engine/engine.ts'
import type { ReferenceOptions } from '../reference/reference-log-probs.ts'
import { accumulateGradient, type GroupResult } from '../step/accumulate-gradient.ts'
import { type Evaluation, evaluate } from '../step/evaluate.ts'
import { measureGroup } from '../step/measure-group.ts'
import type { Method } from '../step/method.ts'
import { preparedPages, prepareGroups } from '../step/prepare-groups.ts'
import type { PreparedGroup } from '../step/prepared-group.ts'
import type { Checkpoints, Progress } from './checkpoints.ts'
import type { StepMetrics, TrainEvent } from './events.ts'
import { isAbort } from './is-abort.ts'
import { learningRateAt } from './learning-rate.ts'
import type { MetricsLog } from './metrics-log.ts'

export interface LoopParts {
  readonly config: TrainConfig
  readonly method: Method
  readonly model: Model
  readonly trainSource: GroupSource
  readonly validationSource: GroupSource | undefined
  readonly reference: ReferenceOptions | undefined
  readonly order: BatchOrder
  readonly checkpoints: Checkpoints
  readonly log: MetricsLog
  readonly report: (event: TrainEvent) => void
  readonly signal: AbortSignal | undefined
}

/** @param start where the run stands: at a checkpoint, or at its beginning */
export async function runLoop(
  parts: LoopParts,
  start: Progress,
): Promise<{ readonly progress: Progress; readonly interrupted: boolean }> {
  const { config, model, order, checkpoints, log, report, signal } = parts
  let progress = start
  let saved = start
  const isDue = (every: number) => progress.step % every === 0 || progress.step === order.steps
  const save = async (isBest: boolean) => {
    if (saved === progress || progress.step === 0) return
    saved = progress
    const { folder } = await checkpoints.save(progress, isBest, (state) => model.saveState(state))
    report({ kind: 'saved', step: progress.step, folder })
  }

  const load = (step: number) => {
    const batch = loadBatch(parts, step)
    // Awaited later; until then a failure is nobody's.
    batch.catch(() => {})
    return batch
  }
  let next = progress.step < order.steps ? load(progress.step) : undefined
  try {
    for (;;) {
      let isBest = false
      if (isDue(config.evaluation.everySteps) && progress.evaluatedAt !== progress.step) {
        const evaluation = await evaluateNow(parts)
        progress = { ...progress, evaluatedAt: progress.step }
        if (evaluation !== undefined) {
          // Before the first step there is nothing to be the best of.
          isBest = progress.step > 0 && isBetter(evaluation, progress.best, parts.method)
          if (isBest) progress = { ...progress, best: { ...bestOf(evaluation), step: progress.step } }
          log.evaluation(progress.step, evaluation)
          report({ kind: 'evaluated', step: progress.step, evaluation, isBest })
        }
      }
      if (isBest || isDue(config.checkpoints.everySteps)) await save(isBest)
      if (next === undefined) return { progress, interrupted: false }

      signal?.throwIfAborted()
      const startedAt = performance.now()
      const groups = await next
      // Texts of the next step become ids while this one is computed.
      next = progress.step + 1 < order.steps ? load(progress.step + 1) : undefined
      const { metrics, seconds } = await takeStep(parts, groups, progress.step, startedAt)
      progress = {
        ...progress,
        step: metrics.step,
        tokens: progress.tokens + metrics.tokens,
        seconds: progress.seconds + seconds,
      }
      log.step(metrics)
      report({ kind: 'step', ...metrics })
    }
  } catch (error) {
    const interrupted = isAbort(error, signal)
    if (!interrupted && !leavesModelWhole(error)) throw error
    await model.clearGradients()
    await save(false)
    if (!interrupted) throw error
    return { progress, interrupted }
  }
}

/** After these the weights are those of the last step: worth saving before the run ends. */
function leavesModelWhole(error: unknown): boolean {
  return error instanceof EngineError && (error.code === 'out-of-memory' || error.code === 'not-finite')
}

function loadBatch(
  { trainSource, order, reference, method }: LoopParts,
  step: number,
): Promise<PreparedGroup[]> {
  return prepareGroups(trainSource, order.batch(step), { reference, usesLosers: method.usesLosers })
}

async function takeStep(
  { config, method, model, order, signal }: LoopParts,
  groups: readonly PreparedGroup[],
  step: number,
  startedAt: number,
): Promise<{ readonly metrics: StepMetrics; readonly seconds: number }> {
  const { packedTokens } = config.engine
  const results = await accumulateGradient(model, groups, method, { packedTokens, ...(signal && { signal }) })
  const { learningRate: peak, clipNorm, ...adam } = config.optimizer
  const learningRate = learningRateAt(step, order.steps, peak, config.schedule)
  const { gradientNorm } = await model.step({ learningRate, ...adam, ...(clipNorm !== null && { clipNorm }) })
  const seconds = (performance.now() - startedAt) / 1000
  const tokens = groups.reduce((sum, group) => sum + groupTokens(group), 0)
  const metrics = {
    step: step + 1,
    steps: order.steps,
    epoch: (step + 1) / order.stepsPerEpoch,
    ...meansOf(results, method),
    learningRate,
    gradientNorm,
    groups: groups.length,
    tokens,
    tokensPerSecond: tokens / seconds,
  }
  return { metrics, seconds }
}

function meansOf(results: readonly GroupResult[], method: Method): Pick<StepMetrics, 'loss' | 'accuracy'> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const loss = mean(results.map((result) => result.loss))
  if (!method.usesLosers) return { loss }
  const measures = results.map(({ logProbs }) => measureGroup(logProbs, method.length))
  const names = ['accuracy', 'pairAccuracy', 'margin', 'winnerVariance'] as const
  return {
    loss,
    ...Object.fromEntries(names.map((name) => [name, mean(measures.map((measure) => measure[name]))])),
  }
}

async function evaluateNow({
  config,
  method,
  model,
  validationSource,
  reference,
  report,
  signal,
}: LoopParts) {
  if (validationSource === undefined) return undefined
  const total = validationSource.ids.length
  return evaluate(model, preparedPages(validationSource, { reference, usesLosers: true }), method, {
    packedTokens: config.engine.packedTokens,
    signal,
    onProgress: (done) => report({ kind: 'phase', phase: 'evaluation', done, total }),
  })
}

function bestOf({ accuracy, loss, margin, winnerVariance }: Evaluation) {
  return { accuracy, loss, margin, winnerVariance }
}

/** By accuracy and then by loss; a method that never saw a loser by loss alone. */
function isBetter(evaluation: Evaluation, best: Progress['best'], { usesLosers }: Method): boolean {
  if (best === null) return true
  if (usesLosers && evaluation.accuracy !== best.accuracy) return evaluation.accuracy > best.accuracy
  return evaluation.loss < best.loss
}
