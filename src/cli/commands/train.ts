/** `gepo train`: groups and a model to a better model. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { shellWord } from '../../base/shell-word.ts'
import { formatTrainConfig } from '../../train/config/format-train-config.ts'
import { loadTrainConfig } from '../../train/config/load-train-config.ts'
import { planMemory } from '../../train/model/plan-memory.ts'
import type { TrainSummary } from '../../train/run/events.ts'
import { engineOptions } from '../../train/run/open-options.ts'
import { CONFIG_FILE, readJsonFile } from '../../train/tensor-engine/checkpoint-files.ts'
import { readModelConfig } from '../../train/tensor-engine/model-config.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { setOption } from '../flags/set-option.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { trainProgress } from '../progress/train-progress.ts'
import { durationText } from '../render/duration-text.ts'
import { figure } from '../render/evaluation-text.ts'
import { renderMemoryPlan } from '../render/render-memory-plan.ts'

interface TrainFlags {
  readonly set: readonly string[]
  readonly allowChange?: boolean
  readonly printConfig?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

export function trainCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Trains a model on groups by GEPO, DPO or SFT, on translation tasks by REINFORCE++, or on both (OORL), as a ' +
        'YAML file says. Goes on where an earlier run of the same file stopped.',
    )
    .argument('<config.yaml>', 'what to train and how; the package has some in its folder configs')
    .addOption(setOption())
    .option(
      '--allow-change',
      'go on with a run although its epochs or maxSteps have grown, or its learning rate or schedule has changed',
    )
    .option('--print-config', 'print every option with the source of its default, and do nothing')
    .option('--dry-run', 'print what memory the training will take, and do nothing')
    .option('--json', 'print the summary, or the memory plan, as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo train configs/laptop/1-sft.yaml
  $ gepo train my.yaml --print-config
  $ gepo train my.yaml --set optimizer.learningRate=1e-6 --set out=runs/slower
  $ gepo train my.yaml --set epochs=3 --allow-change
  $ gepo train configs/qwen3-8b/gepo.yaml --dry-run

Ctrl-C saves what is done; the same command goes on from there. Exit code 130 then.`,
    )
    .action(async (file: string, flags: TrainFlags) => {
      setExit(await runTrain(file, flags, context))
    })
}

async function runTrain(file: string, flags: TrainFlags, context: Context): Promise<ExitCode> {
  const { printConfig, dryRun, json, set, allowChange = false } = flags
  const loaded = loadTrainConfig(file, set)
  const { config } = loaded
  if (printConfig) {
    context.stdout.write(formatTrainConfig(loaded))
    return EXIT.done
  }
  if (dryRun) {
    const file = join(config.model, CONFIG_FILE)
    const shape = readModelConfig(await readJsonFile(file), file, { isTrained: true })
    const { plannedRanks } = await import('../../train/run/count-ranks.ts')
    const plan = planMemory(config, shape, await plannedRanks(config, process.env))
    context.stdout.write(json ? `${JSON.stringify(plan)}\n` : renderMemoryPlan(plan))
    return EXIT.done
  }
  const { train } = await import('../../train/run/train.ts')
  const { openRanks, serveAsRank } = await import('../../train/run/open-ranks.ts')
  if (await serveAsRank(config, process.env)) return EXIT.done
  const ranks = await openRanks(config, process.env)
  const engine = ranks?.engine ?? (await context.loadTensorEngine(engineOptions(config)))
  const progress = trainProgress(context.stderr)
  if (ranks?.note !== undefined) progress.report({ kind: 'note', text: ranks.note })
  try {
    const summary = await withInterrupt(
      () =>
        progress.report({
          kind: 'note',
          text: 'Stopping: saving what is done. Press Ctrl-C again to stop at once.',
        }),
      (signal) =>
        train(config, {
          engine,
          report: (event) => progress.report(event),
          signal,
          allowChange,
          ...(ranks && { openJudging: ranks.openJudging, openCompiling: ranks.openCompiling }),
        }),
    ).finally(() => progress.stop())
    context.stdout.write(json ? `${JSON.stringify(summary)}\n` : formatSummary(summary, config.out))
    if (summary.kind === 'finished') return EXIT.done
    context.stderr.write(`Interrupted; what was done is saved. To go on: ${commandOf(file, set)}\n`)
    return EXIT.interrupted
  } finally {
    await engine.close()
  }
}

/** To give once more. What was allowed to change is the run's own by then. */
function commandOf(file: string, set: readonly string[]): string {
  return ['gepo', 'train', file, ...set.flatMap((setting) => ['--set', setting])].map(shellWord).join(' ')
}

function formatSummary(summary: TrainSummary, out: string): string {
  const { step, steps, tokens, seconds, skippedSteps, modelFolder, bestFolder } = summary
  return [
    `${step} of ${steps} steps, ${tokens} tokens in ${durationText(seconds)}; figures in ${out}/metrics.jsonl and ${out}/tensorboard`,
    ...(skippedSteps === 0 ? [] : [`${skippedSteps} steps left out: their gradients were not finite`]),
    ...evaluationTable(summary),
    ...(modelFolder === undefined ? [] : [`model: ${modelFolder}`]),
    ...(bestFolder === undefined ? [] : [`best model: ${bestFolder}`]),
    '',
  ].join('\n')
}

/** How the run went: its first evaluation, its best and its last. */
function evaluationTable({ evaluations, best }: TrainSummary): string[] {
  if (evaluations.length === 0) return []
  const chosen = [
    ['first', evaluations[0]],
    ['best', evaluations.find(({ step }) => step === best?.step)],
    ['last', evaluations.at(-1)],
  ] as const
  const names = ['accuracy', 'pairAccuracy', 'margin', 'winnerVariance', 'loss'] as const
  const rows = chosen.flatMap(([name, figures]) => {
    if (figures === undefined) return []
    const { step, translation, compile } = figures
    const cells = names.map((key) => figures[key]).filter((value) => value !== undefined)
    const rates = [...(translation ? [translation.passRate] : []), ...(compile ? [compile.equalRate] : [])]
    return [[name, String(step), ...[...rates, ...cells].map(figure)]]
  })
  const [sample] = evaluations
  const titles = [
    'evaluation',
    'step',
    ...(sample?.translation ? ['passed'] : []),
    ...(sample?.compile ? ['equal IR'] : []),
    ...(sample?.accuracy === undefined ? [] : ['accuracy', 'pairs', 'margin', 'variance', 'loss']),
  ]
  return [titles, ...rows].map(
    ([name, ...cells]) => `${name!.padEnd(10)}${cells.map((cell) => cell.padStart(10)).join('')}`,
  )
}
