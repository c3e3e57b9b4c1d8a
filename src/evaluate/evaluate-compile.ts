/** A configuration, a model and a split in; how much of the IR that the model writes does what the C does out. */
import { seedOf } from '../base/random.ts'
import type { Split } from '../records/split.ts'
import type { TrainConfig } from '../train/config/train-config.ts'
import { answerCompile } from '../train/policy/answer-compile.ts'
import { type OpenCompiling, openCompiling } from '../train/policy/compiling.ts'
import { type CompileMeasure, type JudgedIr, measureCompile } from '../train/policy/measure-compile.ts'
import type { TrainEvent } from '../train/run/events.ts'
import {
  type CompileSettings,
  compileDrawing,
  evaluateUnits,
  openCompileUnits,
} from '../train/run/open-compile.ts'
import { chooseDevice, openFrozenOptions } from '../train/run/open-options.ts'
import type { TensorEngine } from '../train/tensor-engine/tensor-engine.ts'

export interface EvaluateCompileOptions {
  readonly engine: TensorEngine
  /** Default: the judge of IR on this machine. */
  readonly openCompiling?: OpenCompiling
  /** The model's folder. */
  readonly folder: string
  readonly split: Split
  /** Number of groups, drawn by the configuration's seed; null for all. */
  readonly limit: number | null
  readonly settings: CompileSettings
  /** Answers that are judged at a time; null for as many as cores. */
  readonly jobs: number | null
  /** Answers that are drawn besides the likeliest; absent: none. */
  readonly drawing?: CompileDrawing | undefined
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal
}

export interface CompileDrawing {
  /** Answers to each task. */
  readonly samples: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
  /** Of pass@k. */
  readonly ks: readonly number[]
}

export interface CompileEvaluation {
  /** Of the likeliest answer to each task. */
  readonly greedy: CompileMeasure
  readonly drawn?: CompileMeasure
  readonly answers: { readonly greedy: readonly JudgedIr[]; readonly drawn: readonly JudgedIr[] }
}

/** @throws UserError where configuration, groups and model do not fit each other */
export async function evaluateCompile(
  config: TrainConfig,
  options: EvaluateCompileOptions,
): Promise<CompileEvaluation> {
  const {
    engine,
    openCompiling: open = openCompiling,
    folder,
    settings,
    jobs,
    drawing,
    report,
    signal,
  } = options
  const compiling = await open({ jobs })
  try {
    const units = await openCompileUnits(config, { ...options, compiling })
    const model = await engine.openModel(openFrozenOptions(config, chooseDevice(config, engine), folder))
    try {
      const watch = { settings, folder, report, signal }
      const greedy = await evaluateUnits(model, units, watch)
      const drawn =
        drawing === undefined
          ? []
          : await answerCompile(model, units.source, {
              ...compileDrawing(units, watch),
              ...drawing,
              topK: 0,
              seedOf: ({ id }, sample) => answerSeed(drawing.seed, id, sample),
            })
      return {
        greedy: greedy.measure,
        ...(drawing && { drawn: measureCompile(drawn, drawing.ks) }),
        answers: { greedy: greedy.answers, drawn },
      }
    } finally {
      await model.close()
    }
  } finally {
    await compiling.close()
  }
}

/** The same for any number of other tasks and samples. */
function answerSeed(seed: number, task: string, sample: number): number {
  return seedOf(`compile ${seed} ${task} ${sample}`)
}
