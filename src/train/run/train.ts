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
import { UserError } from '../../base/user-error.ts'
import type { OwnAnswersStore } from '../../store/own-answers.ts'
import { needsReference, onPolicyOf, takesKl } from '../config/reference-needs.ts'
import type { TrainConfig } from '../config/train-config.ts'
import type { GroupSource } from '../data/group-source.ts'
import { openTrainingData, type TrainingData } from '../data/open-training-data.ts'
import type { OpenCompiling } from '../policy/compiling.ts'
import type { OpenJudging } from '../policy/judging.ts'
import type { CompileMeasure } from '../policy/measure-compile.ts'
import { readStopTokens } from '../policy/read-stop-tokens.ts'
import { hashReference, hashStart } from '../preference/reference-key.ts'
import type { Model, TensorEngine } from '../tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts'
import { type Checkpoints, openCheckpoints, type RunProgress } from './checkpoints.ts'
import { drawSamples, type Sampled, samplesOf } from './draw-samples.ts'
import type { TrainEvent, TrainSummary } from './events.ts'
import { bestFolder, exportModels, modelFolder, setModelsAside } from './export-models.ts'
import { isAbort } from './is-abort.ts'
import { openMetricsLog, readEvaluations } from './metrics-log.ts'
import { type CompileUnits, evaluateUnits, openCompileUnits } from './open-compile.ts'
import { type Judges, openJudges } from './open-judges.ts'
import { chooseDevice, openPolicyOptions } from './open-options.ts'
import { openOwnAnswersOf, openOwnStore } from './open-own-answers.ts'
import { openPreference, openPreferenceSources, type PreferenceSources } from './open-preference.ts'
import { openReferenceModel } from './open-reference.ts'
import {
  openTranslation,
  openTranslationSources,
  type TranslationSources,
  type TranslationWorld,
} from './open-translation.ts'
import { openRunFolder, type RunFolder } from './run-folder.ts'
import { runLoop, type StepPlan } from './run-loop.ts'
import { type KeptAnswer, openSamplesLog } from './samples-log.ts'

export interface TrainOptions {
  /** Called once; the caller closes what it gives. */
  readonly engine: TensorEngine
  /** For methods that translate; what it gives is closed at the end. Default: the problems' database and the judge. */
  readonly openJudging?: OpenJudging
  /** For what is to be compiled; what it gives is closed at the end. Default: the judge of IR. */
  readonly openCompiling?: OpenCompiling
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal
  /** Whether a run goes on although its epochs have grown or its learning rate has changed. Default: it is refused. */
  readonly allowChange?: boolean
}

/**
 * @throws UserError where the configuration, the data, the model or the folder of the run do not fit each other
 * @example await train(config, { engine, report: () => {} }) // { kind: 'finished', step: 120, ... }
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<TrainSummary> {
  const run = openRunFolder(config.out)
  try {
    const data = 'batch' in config ? await openTrainingData(config, config.model) : undefined
    try {
      const writesIr = config.evaluation.compile !== null || onPolicyOf(config) !== undefined
      const judges = await openJudges(config, options, writesIr)
      try {
        const units = await openEvaluationUnits(config, judges, options)
        return await trainIn({ config, run, data, units, ...judges, ...options })
      } finally {
        await judges.close()
      }
    } finally {
      data?.close()
    }
  } finally {
    run.close()
  }
}

/** What `evaluation.compile` asks for. */
async function openEvaluationUnits(
  config: TrainConfig,
  { compiling }: Judges,
  { report }: TrainOptions,
): Promise<CompileUnits | undefined> {
  const { compile: settings, split } = config.evaluation
  if (settings === null || compiling === undefined) return undefined
  const limit = settings.units
  return openCompileUnits(config, { settings, folder: config.model, split, limit, compiling, report })
}

interface World extends Omit<TrainOptions, 'openJudging' | 'openCompiling'>, Judges {
  readonly config: TrainConfig
  readonly run: RunFolder
  /** Where the method learns from groups or pairs. */
  readonly data: TrainingData | undefined
  /** Where its evaluations compile. */
  readonly units: CompileUnits | undefined
}

async function trainIn(world: World): Promise<TrainSummary> {
  const { config, run, data, engine, report, signal } = world
  const checkpoints = openCheckpoints(join(run.path, 'checkpoints'))
  const resumed = checkpoints.last()
  const fresh: RunProgress = {
    form: 1,
    step: 0,
    tokens: 0,
    seconds: 0,
    skippedSteps: 0,
    evaluatedAt: null,
    best: null,
  }
  const start = resumed?.progress ?? fresh
  let plan: StepPlan | undefined
  try {
    const groups =
      data !== undefined && 'batch' in config ? await openPreferenceSources(data, config, world) : undefined
    const translating = await translationWorld(world)
    const tasks = translating && (await openTranslationSources(translating))

    const device = chooseDevice(config, engine)
    const referenceHash = await hashReference(config)
    const modelHash = config.reference === null ? referenceHash : await hashStart(config)
    const identity = {
      config,
      data: hashOf(scopesOf(groups, tasks)),
      model: hashOf([modelHash, referenceHash]),
    }
    for (const change of run.pin(identity, world.allowChange ?? false)) {
      report({ kind: 'note', text: `The run was begun with ${change}.` })
    }
    const preference =
      data !== undefined && groups !== undefined && 'batch' in config
        ? await openPreference(data, groups, config, engine, { ...world, device, referenceHash })
        : undefined
    plan = tasks?.plan ?? preference!.order
    if (start.step < plan.steps) {
      const note = setModelsAside(run.path, start.step)
      if (note !== undefined) report({ kind: 'note', text: note })
    }

    const model = await engine.openModel(openPolicyOptions(config, device))
    try {
      checkLengths(model, groups, tasks, config)
      if (resumed !== undefined) await model.loadState(resumed.stateFolder)
      const ownSettings = onPolicyOf(config)
      const opened = needsReference(config)
        ? await openReferenceModel(config, engine, device, model)
        : undefined
      let store: OwnAnswersStore | undefined
      try {
        if (ownSettings !== undefined) store = openOwnStore(config, run.path, start.step)
        report({ kind: 'started', model: model.info, step: start.step, steps: plan.steps })
        const log = openMetricsLog(run.path, resumed?.progress)
        const samplesLog = openSamplesLog(run.path, resumed?.progress)
        const translation =
          translating &&
          tasks &&
          openTranslation(
            translating,
            tasks,
            model,
            takesKl(config) ? opened?.reference : undefined,
            resumed?.rollout,
          )
        const ownAnswers =
          ownSettings && store && world.compiling
            ? await openOwnAnswersOf(config, ownSettings, {
                model,
                reference: preference?.method.usesReference ? opened?.reference : undefined,
                compiling: world.compiling,
                store,
                report,
              })
            : undefined
        const { progress, interrupted } = await runLoop(
          {
            config,
            plan,
            model,
            preference: preference && { ...preference, ownAnswers },
            translation,
            evaluateCompile: compileEvaluation(world, model),
            drawSamples: data && sampling(world, data, model, groups?.validationSource),
            checkpoints,
            log,
            samplesLog,
            report,
            signal,
          },
          start,
        )
        if (!interrupted) await exportModels(run.path, config.model, model, checkpoints)
        return summaryOf(interrupted ? 'interrupted' : 'finished', progress, plan, run, checkpoints)
      } finally {
        store?.close()
        await opened?.close()
      }
    } finally {
      await model.close()
    }
  } catch (error) {
    // Before the first step there is nothing to save but what the cache has already.
    if (isAbort(error, signal)) return summaryOf('interrupted', start, plan, run, checkpoints)
    throw error
  }
}

function compileEvaluation(
  { config, units, report, signal }: World,
  model: Model,
): (() => Promise<Sampled<CompileMeasure>>) | undefined {
  const { compile: settings, samples } = config.evaluation
  if (units === undefined || settings === null) return undefined
  const { source, tokenizer } = units
  return async () => {
    const watch = { settings, folder: config.model, report, signal }
    const { measure, answers } = await evaluateUnits(model, units, watch)
    const kept = answers.slice(0, samples).map(({ task: { id }, ...answer }) => {
      return { id, prompt: source.load([id])[0]!.prompt, ...answer }
    })
    return { measure, samples: await samplesOf('compile', kept, tokenizer) }
  }
}

/** Where units are compiled, their answers are samples enough. */
function sampling(
  { config, units, signal }: World,
  { tokenizer }: TrainingData,
  model: Model,
  source: GroupSource | undefined,
): (() => Promise<readonly KeptAnswer[]>) | undefined {
  const { samples, sampleTokens } = config.evaluation
  if (source === undefined || units !== undefined || samples === 0) return undefined
  const stopTokens = readStopTokens(config.model, tokenizer)
  return () =>
    drawSamples(model, source, { samples, maxNewTokens: sampleTokens, stopTokens, tokenizer, signal })
}

async function translationWorld({
  config,
  judging,
  compiling,
  report,
  signal,
}: World): Promise<TranslationWorld | undefined> {
  if (!('rollout' in config)) return undefined
  return { config, tokenizer: await loadTokenizer(config.model), judging, compiling, report, signal }
}

function scopesOf(groups: PreferenceSources | undefined, tasks: TranslationSources | undefined): string[] {
  return [groups?.trainSource, tasks?.trainSource].flatMap((source) =>
    source === undefined ? [] : [source.scope, ...source.ids],
  )
}

function checkLengths(
  { info }: Model,
  groups: PreferenceSources | undefined,
  tasks: TranslationSources | undefined,
  config: TrainConfig,
): void {
  const longest = groups?.trainSource.survey.longestSequence ?? 0
  if (longest > info.maxPositions) {
    throw new UserError(
      `The longest sequence has ${longest} tokens and the model takes ${info.maxPositions}; set length.maxTokens to at most that.`,
    )
  }
  if (tasks === undefined || !('rollout' in config)) return
  const prompts = [tasks.trainSource, tasks.validationSource].map(
    (source) => source?.survey.longestPrompt ?? 0,
  )
  const together = Math.max(...prompts) + config.rollout.maxNewTokens
  if (together > info.maxPositions) {
    throw new UserError(
      `The longest prompt and rollout.maxNewTokens come to ${together} tokens and the model takes ${info.maxPositions}; lower that, or set length.maxTokens to at most that.`,
    )
  }
}

function summaryOf(
  kind: TrainSummary['kind'],
  progress: RunProgress,
  plan: StepPlan | undefined,
  run: RunFolder,
  checkpoints: Checkpoints,
): TrainSummary {
  const { step, tokens, seconds, skippedSteps } = progress
  const existing = (folder: string) => (kind === 'finished' && existsSync(folder) ? folder : undefined)
  return {
    kind,
    step,
    steps: plan?.steps ?? 0,
    tokens,
    seconds,
    skippedSteps,
    evaluations: readEvaluations(run.path),
    best: checkpoints.last()?.progress.best ?? progress.best,
    modelFolder: existing(modelFolder(run.path)),
    bestFolder: existing(bestFolder(run.path)),
  }
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
