/** What a configuration says of prompts and groups in; units that a model is asked to compile, and their judge, out. */
import { UserError } from '../../base/user-error.ts'
import type { CompileTask } from '../../records/compile-task.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import { LEVELS, type Level } from '../../records/level.ts'
import type { Split } from '../../records/split.ts'
import type { GroupConfig, TrainConfig } from '../config/train-config.ts'
import { openCompileSource } from '../data/compile-source.ts'
import { isFromElsewhere } from '../data/import-groups.ts'
import { taskFiles } from '../data/task-files.ts'
import type { TaskSource } from '../data/task-source.ts'
import { answerCompile } from '../policy/answer-compile.ts'
import type { Compiling } from '../policy/compiling.ts'
import { type DrawOptions, GREEDY } from '../policy/draw-answers.ts'
import { type CompileMeasure, type JudgedIr, measureCompile } from '../policy/measure-compile.ts'
import { readStopTokens } from '../policy/read-stop-tokens.ts'
import { createPromptStyle } from '../prompt/prompt-style.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { loadTokenizer, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { droppedText } from './dropped-text.ts'
import type { TrainEvent } from './events.ts'

export type CompileSettings = NonNullable<TrainConfig['evaluation']['compile']>

export interface CompileWatch {
  readonly settings: CompileSettings
  /** The model's folder: the tokens that end an answer are taken from there. */
  readonly folder: string
  readonly report: (event: TrainEvent) => void
  readonly signal?: AbortSignal | undefined
}

export interface CompileUnits {
  readonly source: TaskSource<CompileTask>
  readonly tokenizer: TextTokenizer
  readonly compiling: Compiling
}

/** An evaluation's answers with their figures. */
export interface GreedyCompile {
  readonly measure: CompileMeasure
  readonly answers: readonly JudgedIr[]
}

export interface CompileUnitsOptions {
  readonly settings: CompileSettings
  /** The model's folder: the tokenizer is taken from there. */
  readonly folder: string
  readonly split: Split
  /** Number of groups, drawn by the configuration's seed; null for all. */
  readonly limit: number | null
  readonly compiling: Compiling
  readonly report: (event: TrainEvent) => void
}

/**
 * @param config any: one that learns from pairs of texts asks for the C code as such a prompt
 * @throws UserError where no group can be asked
 */
export async function openCompileUnits(
  config: TrainConfig,
  { settings, folder, split, limit, compiling, report }: CompileUnitsOptions,
): Promise<CompileUnits> {
  const database = databaseOf(config, settings)
  const tokenizer = await loadTokenizer(folder)
  const style = createPromptStyle(promptOf(config), tokenizer)
  if (settings.levels !== null && !style.asksForLevel) {
    throw new UserError(
      'The prompt asks for no level, so that none can be chosen; write {{ level }} into prompt.template, or leave the levels out.',
    )
  }
  const source = await openCompileSource(compiling.rows(database), {
    tokenizer,
    style,
    split,
    levels: settings.levels ?? levelsOf(config),
    maxPromptTokens: config.length.maxTokens - settings.maxNewTokens,
    limit,
    seed: config.seed,
  })
  report({ kind: 'tasks', split, survey: source.survey })
  if (source.ids.length === 0) {
    throw new UserError(
      `${database} has no group of split ${split} that can be asked${droppedText(source.survey.dropped)}; name another split, or raise length.maxTokens.`,
    )
  }
  return { source, tokenizer, compiling }
}

/** How a model's answers to the units are drawn and judged, but for how many and how likely ones. */
export function compileDrawing(
  { tokenizer, compiling }: CompileUnits,
  { settings, folder, report, signal }: CompileWatch,
): Omit<DrawOptions<CompileTask, IrVerdict>, keyof typeof GREEDY> {
  return {
    maxNewTokens: settings.maxNewTokens,
    batchSize: settings.batchSize,
    cudaGraphs: false,
    stopTokens: readStopTokens(folder, tokenizer),
    tokenizer,
    judge: (task, text, options) =>
      compiling.judge(task, text, { ...options, searchInputs: settings.searchInputs }),
    signal,
    onProgress: (done, total) => report({ kind: 'phase', phase: 'answers', done, total }),
  }
}

/**
 * The likeliest answers of a model to all of the units.
 *
 * @throws UserError where they may be longer than the model takes
 */
export async function evaluateUnits(
  model: Pick<Model, 'generate' | 'info'>,
  units: CompileUnits,
  watch: CompileWatch,
): Promise<GreedyCompile> {
  const together = units.source.survey.longestPrompt + watch.settings.maxNewTokens
  if (together > model.info.maxPositions) {
    throw new UserError(
      `The longest prompt and the tokens of an answer come to ${together} and the model takes ${model.info.maxPositions}; lower evaluation.compile.maxNewTokens (--max-tokens), or set length.maxTokens to at most that.`,
    )
  }
  const answers = await answerCompile(model, units.source, { ...compileDrawing(units, watch), ...GREEDY })
  return { measure: measureCompile(answers, [1]), answers }
}

function databaseOf(config: TrainConfig, { groups }: CompileSettings): string {
  const tasks =
    'rollout' in config ? taskFiles(config).find(({ holdsGroups }) => holdsGroups)?.file : undefined
  const named = groups ?? ('data' in config ? config.data.groups : tasks)
  if (named === undefined)
    throw new UserError('The configuration names no groups; name a database as evaluation.compile.groups.')
  if (isFromElsewhere(named))
    throw new UserError(
      `${named} comes without inputs, so that nothing can be run; name a database that gepo build made as evaluation.compile.groups.`,
    )
  return named
}

function promptOf(config: TrainConfig): GroupConfig['prompt'] {
  if ('prompt' in config) return config.prompt
  const { style, system, date } = config.pairs
  return { style, system, date, template: '{{ code }}', response: '{{ ir }}', endToken: true }
}

function levelsOf(config: TrainConfig): readonly Level[] {
  if ('data' in config) return config.data.levels
  return ('tasks' in config ? config.tasks.levels : null) ?? LEVELS
}
