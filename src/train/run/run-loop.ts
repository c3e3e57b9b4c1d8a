/**
 * The steps of a run: groups and tasks in, weights changed, figures and checkpoints out. It evaluates, saves and steps,
 * in this order, so that a run that goes on does first what was still due at its step.
 */

import { UserError } from '../../base/user-error.ts'
import type { TrainConfig } from '../config/train-config.ts'
import type { BatchOrder } from '../data/batch-order.ts'
import { groupTokens } from '../data/encoded-group.ts'
import type { GroupSource } from '../data/group-source.ts'
import type { TranslationEvaluation } from '../policy/evaluate-translation.ts'
import type { CompileMeasure } from '../policy/measure-compile.ts'
import type { OwnAnswers, OwnAnswersMeasure } from '../policy/own-answers.ts'
import type { RolloutResult, Rollouts } from '../policy/rollouts.ts'
import { accumulateGradient, type GroupStep } from '../preference/accumulate-gradient.ts'
import { evaluate } from '../preference/evaluate-preference.ts'
import { type GroupMeasure, MEASURES, measureGroup } from '../preference/measure-group.ts'
import type { Method } from '../preference/method.ts'
import { preparedPages, prepareGroups } from '../preference/prepare-groups.ts'
import type { PreparedGroup } from '../preference/prepared-group.ts'
import type { ReferenceOptions } from '../preference/reference-log-probs.ts'
import { EngineError, type Model, type StepOptions } from '../tensor-engine/tensor-engine.ts'
import type { Checkpoints, RunProgress } from './checkpoints.ts'
import type { Sampled } from './draw-samples.ts'
import type { RunEvaluation, StepMetrics, TrainEvent } from './events.ts'
import { isAbort } from './is-abort.ts'
import { learningRateAt } from './learning-rate.ts'
import type { MetricsLog } from './metrics-log.ts'
import type { KeptAnswer, SamplesLog } from './samples-log.ts'

export interface LoopParts {
  readonly config: TrainConfig
  readonly plan: StepPlan
  readonly model: Model
  /** Absent where a method does not learn from groups. */
  readonly preference: PreferencePart | undefined
  /** Absent where a method does not translate. */
  readonly translation: TranslationPart | undefined
  /** Absent where no units are compiled. */
  readonly evaluateCompile: (() => Promise<Sampled<CompileMeasure>>) | undefined
  /** What the model answers to prompts of groups that are not trained on; absent where none is asked. */
  readonly drawSamples: (() => Promise<readonly KeptAnswer[]>) | undefined
  readonly checkpoints: Checkpoints
  readonly log: MetricsLog
  readonly samplesLog: SamplesLog
  readonly report: (event: TrainEvent) => void
  readonly signal: AbortSignal | undefined
}

export interface StepPlan {
  readonly steps: number
  readonly stepsPerEpoch: number
}

export interface PreferencePart {
  readonly method: Method
  /** In a step's loss; 0: its groups are evaluated alone. */
  readonly weight: number
  readonly trainSource: GroupSource
  readonly validationSource: GroupSource | undefined
  readonly reference: ReferenceOptions | undefined
  readonly order: BatchOrder
  /** Absent where the model's own answers do not join groups. */
  readonly ownAnswers?: OwnAnswers | undefined
}

export interface TranslationPart {
  /** In a step's loss; 0: nothing is drawn but for evaluations. */
  readonly weight: number
  readonly rollouts: Rollouts
  /** Undefined where there is no task to validate on. */
  readonly evaluate: (() => Promise<Sampled<TranslationEvaluation>>) | undefined
}

/** @param start where the run stands: at a checkpoint, or at its beginning */
export async function runLoop(
  parts: LoopParts,
  start: RunProgress,
): Promise<{ readonly progress: RunProgress; readonly interrupted: boolean }> {
  const { config, plan, model, translation, checkpoints, log, samplesLog, report, signal } = parts
  let progress = start
  let saved = start
  const isDue = (every: number) => progress.step % every === 0 || progress.step === plan.steps
  const save = async (isBest: boolean) => {
    if (saved === progress || progress.step === 0) return
    saved = progress
    const { folder } = await checkpoints.save(progress, isBest, {
      saveEngine: (state) => model.saveState(state),
      rollout: translation?.rollouts.unfinished(progress.step),
    })
    report({ kind: 'saved', step: progress.step, folder })
  }

  const load = (step: number) => {
    const batch = loadGroups(parts.preference, step)
    // Awaited later; until then a failure is nobody's.
    batch.catch(() => {})
    return batch
  }
  let next = progress.step < plan.steps ? load(progress.step) : undefined
  try {
    for (;;) {
      let isBest = false
      if (isDue(config.evaluation.everySteps) && progress.evaluatedAt !== progress.step) {
        const { evaluation, samples } = await evaluateNow(parts)
        progress = { ...progress, evaluatedAt: progress.step }
        if (evaluation !== undefined) {
          // Before the first step there is nothing to be the best of.
          isBest = progress.step > 0 && isBetter(evaluation, progress.best, parts)
          if (isBest) progress = { ...progress, best: { ...bestOf(evaluation), step: progress.step } }
          log.evaluation(progress.step, evaluation)
          samplesLog.add(progress.step, samples)
          report({ kind: 'evaluated', step: progress.step, evaluation, isBest })
        }
      }
      if (isBest || isDue(config.checkpoints.everySteps)) await save(isBest)
      if (next === undefined) return { progress, interrupted: false }

      signal?.throwIfAborted()
      const startedAt = performance.now()
      const groups = await next
      // Texts of the next step become ids while this one is computed.
      next = progress.step + 1 < plan.steps ? load(progress.step + 1) : undefined
      const { metrics, seconds } = await takeStep(parts, groups, progress, startedAt)
      progress = {
        ...progress,
        step: metrics.step,
        skippedSteps: metrics.skippedSteps ?? 0,
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
  if (error instanceof EngineError) return error.code === 'out-of-memory' || error.code === 'not-finite'
  // Something around the model is to be mended first, such as the judge.
  return error instanceof UserError
}

async function loadGroups(part: PreferencePart | undefined, step: number): Promise<PreparedGroup[]> {
  if (part === undefined || part.weight === 0) return []
  const { trainSource, order, reference, method } = part
  return prepareGroups(trainSource, order.batch(step), { reference, usesLosers: method.usesLosers })
}

async function takeStep(
  parts: LoopParts,
  loaded: readonly PreparedGroup[],
  progress: Pick<RunProgress, 'step' | 'skippedSteps'>,
  startedAt: number,
): Promise<{ readonly metrics: StepMetrics; readonly seconds: number }> {
  const { config, plan, model } = parts
  const { step } = progress
  const { groups, results, rollout, onPolicy } = await addGradients(parts, loaded, step)
  const { learningRate: peak, clipNorm, skipNonFinite, ...adam } = config.optimizer
  const learningRate = learningRateAt(step, plan.steps, peak, config.schedule)
  const gradientNorm = await moveWeights(
    model,
    { learningRate, ...adam, ...(clipNorm !== null && { clipNorm }) },
    progress,
    skipNonFinite,
  )
  const skippedSteps = progress.skippedSteps + (gradientNorm === undefined ? 1 : 0)
  const seconds = (performance.now() - startedAt) / 1000
  const tokens = groups.reduce((sum, group) => sum + groupTokens(group), rollout?.tokens ?? 0)
  const metrics = {
    step: step + 1,
    steps: plan.steps,
    epoch: (step + 1) / plan.stepsPerEpoch,
    ...lossesOf(parts, results, rollout),
    ...measuresOf(results, parts.preference?.method),
    learningRate,
    ...(gradientNorm !== undefined && { gradientNorm }),
    ...(skippedSteps > 0 && { skippedSteps }),
    groups: groups.length,
    ...(onPolicy && { onPolicy }),
    ...(rollout && { rollout: rollout.measure }),
    tokens,
    tokensPerSecond: tokens / seconds,
  }
  return { metrics, seconds }
}

/**
 * @returns the gradient's norm; undefined where it was not finite and the step is left out
 * @throws UserError where more steps would be left out than may be
 */
async function moveWeights(
  model: Model,
  options: StepOptions,
  { step, skippedSteps }: Pick<RunProgress, 'step' | 'skippedSteps'>,
  skipNonFinite: number,
): Promise<number | undefined> {
  try {
    return (await model.step(options)).gradientNorm
  } catch (error) {
    const isNotFinite = error instanceof EngineError && error.code === 'not-finite'
    if (!isNotFinite || skipNonFinite === 0) throw error
    if (skippedSteps < skipNonFinite) {
      // Of several ranks one may have been stopped before it dropped its own.
      await model.clearGradients()
      return undefined
    }
    throw new UserError(
      `The gradient of step ${step + 1} is not finite, and optimizer.skipNonFinite (${skipNonFinite}) is used up by steps before it: lower optimizer.learningRate, or raise that.`,
      { cause: error },
    )
  }
}

interface AddedGradients {
  /** With the model's own answers, where they join. */
  readonly groups: readonly PreparedGroup[]
  readonly results: readonly GroupStep[]
  readonly rollout: RolloutResult | undefined
  readonly onPolicy: OwnAnswersMeasure | undefined
}

/** Both parts of equation (10), into the same gradient. Groups are worked on while answers are judged. */
async function addGradients(
  { config, model, preference, translation, signal }: LoopParts,
  loaded: readonly PreparedGroup[],
  step: number,
): Promise<AddedGradients> {
  const translates = translation !== undefined && translation.weight > 0
  const begun = translates ? await translation.rollouts.begin(step, signal) : undefined
  try {
    const joined = loaded.length === 0 ? undefined : await preference?.ownAnswers?.join(loaded, step, signal)
    const groups = joined?.groups ?? loaded
    const results =
      preference === undefined || groups.length === 0
        ? []
        : await accumulateGradient(model, groups, preference.method, {
            packedTokens: config.engine.packedTokens,
            weight: preference.weight,
            ...(signal && { signal }),
          })
    return { groups, results, rollout: await begun?.finish(signal), onPolicy: joined?.measure }
  } finally {
    begun?.cancel()
  }
}

function lossesOf(
  { preference, translation }: LoopParts,
  results: readonly GroupStep[],
  rollout: RolloutResult | undefined,
): Pick<StepMetrics, 'loss' | 'preferenceLoss' | 'reinforceLoss'> {
  const preferenceLoss = results.length === 0 ? 0 : mean(results.map(({ loss }) => loss))
  const loss = (preference?.weight ?? 0) * preferenceLoss + (translation?.weight ?? 0) * (rollout?.loss ?? 0)
  if (translation === undefined) return { loss }
  return {
    loss,
    ...(results.length > 0 && { preferenceLoss }),
    ...(rollout && { reinforceLoss: rollout.loss }),
  }
}

function measuresOf(results: readonly GroupStep[], method: Method | undefined): Partial<GroupMeasure> {
  if (method === undefined || !method.usesLosers || results.length === 0) return {}
  const measures = results.map(({ logProbs }) => measureGroup(logProbs, method.length))
  return Object.fromEntries(MEASURES.map((name) => [name, mean(measures.map((measure) => measure[name]))]))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

async function evaluateNow(
  parts: LoopParts,
): Promise<{ readonly evaluation: RunEvaluation | undefined; readonly samples: readonly KeptAnswer[] }> {
  const preference = await evaluateGroups(parts)
  const translation = await parts.translation?.evaluate?.()
  const compile = await parts.evaluateCompile?.()
  if (preference === undefined && translation === undefined && compile === undefined)
    return { evaluation: undefined, samples: [] }
  const drawn = await parts.drawSamples?.()
  return {
    evaluation: {
      ...(preference && { preference }),
      ...(translation && { translation: translation.measure }),
      ...(compile && { compile: compile.measure }),
    },
    samples: [drawn, translation?.samples, compile?.samples].flatMap((samples) => samples ?? []),
  }
}

async function evaluateGroups({ config, model, preference, report, signal }: LoopParts) {
  if (preference?.validationSource === undefined) return undefined
  const { method, validationSource, reference } = preference
  const total = validationSource.ids.length
  return evaluate(model, preparedPages(validationSource, { reference, usesLosers: true }), method, {
    packedTokens: config.engine.packedTokens,
    signal,
    onProgress: (done) => report({ kind: 'phase', phase: 'evaluation', done, total }),
  })
}

function bestOf({ preference, translation, compile }: RunEvaluation) {
  const { accuracy, loss, margin, winnerVariance } = preference ?? {}
  return {
    ...(preference && { accuracy, loss, margin, winnerVariance }),
    ...(translation && { passRate: translation.passRate }),
    ...equalRateOf(compile),
  }
}

/** Of answers that nobody could judge there is no share. */
const equalRateOf = (compile: CompileMeasure | undefined): { readonly equalRate?: number } =>
  compile === undefined || compile.answers === 0 ? {} : { equalRate: compile.equalRate }

/**
 * By pass rate, then by accuracy, then by loss; a method that never saw a loser by loss alone. Where it is asked for, or there is
 * nothing else, by the share of IR that is equal before all of them.
 */
function isBetter(
  { preference, translation, compile }: RunEvaluation,
  best: RunProgress['best'],
  { config, preference: part }: Pick<LoopParts, 'config' | 'preference'>,
): boolean {
  if (best === null) return true
  const nothingElse = translation === undefined && preference === undefined
  const { equalRate } = config.evaluation.best === 'compile' || nothingElse ? equalRateOf(compile) : {}
  if (equalRate !== undefined && equalRate !== best.equalRate) return equalRate > (best.equalRate ?? -1)
  if (translation !== undefined && translation.passRate !== best.passRate) {
    return translation.passRate > (best.passRate ?? 0)
  }
  if (preference === undefined) return false
  if (part?.method.usesLosers && preference.accuracy !== best.accuracy) {
    return preference.accuracy > (best.accuracy ?? 0)
  }
  return preference.loss < (best.loss ?? Number.POSITIVE_INFINITY)
}
