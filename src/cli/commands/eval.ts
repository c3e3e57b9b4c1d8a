/** `gepo eval`: how well a trained model tells winners from losers, and how many tasks it solves. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { UserError } from '../../base/user-error.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import { loadTrainConfig } from '../../train/config/load-train-config.ts'
import type { TrainConfig } from '../../train/config/train-config.ts'
import type { TranslationEvaluation } from '../../train/policy/evaluate-translation.ts'
import type { Figures } from '../../train/preference/evaluate-preference.ts'
import type { RunEvaluation } from '../../train/run/events.ts'
import { engineOptions } from '../../train/run/open-options.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { trainProgress } from '../progress/train-progress.ts'
import { evaluationText, figure } from '../render/evaluation-text.ts'

interface EvalFlags {
  readonly model?: string
  readonly split: Split
  readonly groups?: number
  readonly json?: boolean
}

export function evalCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Says how well a model tells the winners of a split from its losers, by the data, prompts and method of a ' +
        "training's configuration, and how much the winners' log-ratios vary; where that has tasks, which share of " +
        'them its likeliest answers solve.',
    )
    .argument('<config.yaml>', 'the configuration that the model was trained by')
    .option(
      '--model <folder>',
      "the model (default: the run's best, else its last, else the one before training)",
    )
    .addOption(new Option('--split <split>', 'groups of which split').choices(SPLITS).default('test'))
    .option(
      '--groups <n>',
      "that many groups, and tasks, drawn by the configuration's seed (default: all)",
      wholeNumber(1),
    )
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo eval my.yaml
  $ gepo eval my.yaml --split validation --model runs/other/model --json`,
    )
    .action(async (file: string, flags: EvalFlags) => {
      setExit(await runEval(file, flags, context))
    })
}

async function runEval(
  file: string,
  { model, split, groups, json }: EvalFlags,
  context: Context,
): Promise<ExitCode> {
  const { config } = loadTrainConfig(file)
  const folder = model ?? trainedModel(config)
  if (!existsSync(folder))
    throw new UserError(`The model ${folder} does not exist; name a folder as --model.`)
  const { evaluateModel } = await import('../../evaluate/evaluate-model.ts')
  const engine = await context.loadTensorEngine(engineOptions(config))
  const progress = trainProgress(context.stderr)
  try {
    const evaluation = await withInterrupt(
      () => progress.report({ kind: 'note', text: 'Stopping.' }),
      async (signal) => {
        try {
          const report = progress.report
          return await evaluateModel(config, { engine, folder, split, limit: groups ?? null, report, signal })
        } catch (error) {
          if (signal.aborted) return undefined
          throw error
        }
      },
    ).finally(() => progress.stop())
    if (evaluation === undefined) return EXIT.interrupted
    context.stdout.write(
      json
        ? `${JSON.stringify({ model: folder, split, ...evaluation.preference, ...(evaluation.translation && { translation: evaluation.translation }) })}\n`
        : renderEvaluation(folder, split, evaluation),
    )
    return EXIT.done
  } finally {
    await engine.close()
  }
}

function trainedModel({ out, model }: TrainConfig): string {
  return [join(out, 'best'), join(out, 'model')].find((folder) => existsSync(folder)) ?? model
}

function renderEvaluation(folder: string, split: Split, evaluation: RunEvaluation): string {
  const { preference, translation } = evaluation
  return [
    `${folder} on ${split}: ${evaluationText(evaluation)}`,
    ...(preference === undefined
      ? []
      : [...table('class', preference.byClass), ...table('operator', preference.byOperator)]),
    ...(translation === undefined ? [] : pairTable(translation)),
    '',
  ].join('\n')
}

function pairTable({ byPair }: TranslationEvaluation): string[] {
  const width = Math.max(...Object.keys(byPair).map(({ length }) => length), 0) + 2
  const row = (name: string, ...cells: string[]) =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}`
  return [
    row('languages', 'answers', 'passed'),
    ...Object.entries(byPair).map(([pair, { answers, passRate }]) =>
      row(pair, String(answers), figure(passRate)),
    ),
  ]
}

function table(by: string, parts: Readonly<Record<string, Figures>>): string[] {
  const names = ['groups', 'accuracy', 'pairs', 'margin', 'loss']
  const rows = Object.entries(parts).map(([name, { groups, accuracy, pairAccuracy, margin, loss }]) => [
    name,
    String(groups),
    ...[accuracy, pairAccuracy, margin, loss].map(figure),
  ])
  const width = Math.max(by.length, ...rows.map(([name]) => name!.length)) + 2
  return [[by, ...names], ...rows].map(
    ([first, ...cells]) => `${first!.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}`,
  )
}
