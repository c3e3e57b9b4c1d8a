/** `gepo eval`: how well a trained model tells winners from losers, and how many tasks it solves. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { UserError } from '../../base/user-error.ts'
import { BENCHMARK_NAMES, type BenchmarkName } from '../../evaluate/benchmarks/benchmark-name.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import { loadTrainConfig } from '../../train/config/load-train-config.ts'
import type { TrainConfig } from '../../train/config/train-config.ts'
import type { TranslationEvaluation } from '../../train/policy/evaluate-translation.ts'
import type { Figures } from '../../train/preference/evaluate-preference.ts'
import type { RunEvaluation } from '../../train/run/events.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { BenchmarkFlags } from '../flags/benchmark-flags.ts'
import { type CompileFlags, parseCompileFlags } from '../flags/compile-flags.ts'
import { numberTypeOption, threadsOption } from '../flags/engine-options.ts'
import { numberWithin, wholeNumber } from '../flags/parse-number.ts'
import { setOption } from '../flags/set-option.ts'
import { whileEvaluating } from '../progress/while-evaluating.ts'
import { evaluationText, figure } from '../render/evaluation-text.ts'
import type { EvalOptions } from './eval-compile.ts'

interface ConfigFlags {
  readonly set: readonly string[]
  readonly model?: string
  readonly split?: Split
  readonly groups?: number
  readonly json?: boolean
}

/** Flags of all forms; which form it is, `--compile` and `--benchmark` say. */
type EvalFlags = ConfigFlags &
  CompileFlags &
  Omit<BenchmarkFlags, 'benchmark'> & { readonly compile?: boolean; readonly benchmark?: BenchmarkName }

export function evalCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      "With a training's configuration: how well a model tells the winners of a split from its losers, how much the " +
        "winners' log-ratios vary, and which share of the tasks its likeliest answers solve. With --compile: which share " +
        'of the C code it compiles to IR that does the same, by running both. With --benchmark: how many ' +
        'of its problems the answers of a model, an endpoint or a file solve, by language. Exit 3: some were not ' +
        'answered, or cannot be judged here.',
    )
    .argument('[config.yaml]', 'the configuration that the model was trained by')
    .option(
      '--model <folder>',
      "the model (default: the run's best, else its last, else the one before training); with --endpoint its name there",
    )
    .option('--json', 'print the figures as JSON')
    .optionsGroup('With a configuration:')
    .addOption(setOption())
    .addOption(new Option('--split <split>', 'groups of which split (default: test)').choices(SPLITS))
    .option(
      '--groups <n>',
      "that many groups, and tasks, drawn by the configuration's seed (default: all)",
      wholeNumber(1),
    )
    .option('--compile', "have the model write each group's IR, and run that beside the C")
    .optionsGroup('With --compile:')
    .option('--database <groups.db>', "of the groups (default: the configuration's)")
    .option(
      '--levels <list>',
      'that are asked for, such as O0,O2, where the prompt names one (default: those of data.levels)',
    )
    .option(
      '--search <n>',
      "look for a difference on so many inputs beyond the group's, before IR counts as equal (default: 0)",
      wholeNumber(0),
    )
    .optionsGroup('With --compile or --benchmark:')
    .option(
      '--out <place>',
      'the answers with their verdicts: a JSONL file; for a benchmark a folder, to make or to go on with',
    )
    .option(
      '--samples <n>',
      'answers a problem (default: 1); with --compile drawn besides the likeliest one (default: none)',
      wholeNumber(1),
    )
    .option('--k <list>', 'pass@k for these (default: 1 and the number of samples)')
    .option(
      '--temperature <t>',
      '0 takes the likeliest token (default: 0, with --compile 1)',
      numberWithin(0, 10),
    )
    .option(
      '--top-p <p>',
      'draw from the likeliest tokens that have this share (default: 1)',
      numberWithin(0, 1),
    )
    .option('--max-tokens <n>', 'of an answer, at most (default: 1024)', wholeNumber(1))
    .option('--seed <n>', 'of what is drawn (default: 0)', wholeNumber(0))
    .option('--jobs <n>', 'answers judged at the same time (default: as many as cores)', wholeNumber(1))
    .option('--batch-size <n>', 'prompts that the model works on at a time (default: 32)', wholeNumber(1))
    .optionsGroup('With --benchmark:')
    .addOption(new Option('--benchmark <name>', 'what is asked').choices(BENCHMARK_NAMES))
    .option('--endpoint <url>', 'a server of the OpenAI protocol; its key is taken from OPENAI_API_KEY')
    .option('--answers <place>', "answers that are there: JSON lines, or MultiPL-E's files")
    .option(
      '--languages <list>',
      'such as python,cpp, or all (default: those of published figures; with --from those in the files)',
    )
    .option(
      '--limit <n>',
      'problems of a language, or pair of languages, at most (default: all)',
      wholeNumber(1),
    )
    .option('--from <place...>', 'files of the rows, or hf:<owner>/<name> (default: the hub)')
    .addOption(
      new Option('--prompt <style>', 'go on with a text, or answer a message')
        .choices(['raw', 'chat'])
        .default('chat'),
    )
    .option('--system <text>', "the system's message (default: none)")
    .addOption(numberTypeOption())
    .addOption(threadsOption())
    .option('--concurrency <n>', 'requests under way at the endpoint (default: 8)', wholeNumber(1))
    .option(
      '--timeout <s>',
      'for one reply of the endpoint, at most 300 (default: 300)',
      numberWithin(0.001, 300),
    )
    .option('--attempts <n>', 'tries for one answer of the endpoint (default: 6)', wholeNumber(1))
    .option('--request-fields <json>', 'what each request to the endpoint has besides')
    .option('--result-files', "write MultiPL-E's result files too, into <folder>/multipl-e")
    .addHelpText(
      'after',
      `
Examples:
  $ gepo eval my.yaml
  $ gepo eval my.yaml --split validation --model runs/other/model --json
  $ gepo eval my.yaml --compile --split validation --groups 300 --out answers.jsonl
  $ gepo eval my.yaml --compile --samples 4 --json | jq .drawn.passAt
  $ gepo eval --benchmark multipl-e --model runs/a/model --out results/a
  $ gepo eval --benchmark multipl-e --endpoint http://127.0.0.1:8000/v1 --model Qwen/Qwen3-8B --out results/qwen \\
      --request-fields '{"chat_template_kwargs": {"enable_thinking": false}}'
  $ gepo eval --benchmark multipl-e --answers completions/ --prompt raw --from rows/ --out results/old`,
    )
    .action(async (file: string | undefined, flags: EvalFlags) => {
      setExit(await runForm(file, flags, context))
    })
}

async function runForm(
  file: string | undefined,
  { benchmark, compile, ...flags }: EvalFlags,
  context: Context,
): Promise<ExitCode> {
  if (benchmark === undefined) {
    if (file === undefined) throw new UserError("Name a training's configuration, or a --benchmark.")
    const { config } = loadTrainConfig(file, flags.set)
    const folder = flags.model ?? trainedModel(config)
    if (!existsSync(folder))
      throw new UserError(`The model ${folder} does not exist; name a folder as --model.`)
    const { split = 'test', groups = null, json = false } = flags
    if (!compile) {
      refuseCompileFlags(flags)
      return runEval(config, { folder, split, groups, json }, context)
    }
    const { runEvalCompile } = await import('./eval-compile.ts')
    return runEvalCompile(config, { folder, split, groups, json, ...parseCompileFlags(flags) }, context)
  }
  if (compile)
    throw new UserError('--compile and --benchmark are two things to evaluate; leave one of them out.')
  if (file !== undefined)
    throw new UserError(`${file} and --benchmark are two things to evaluate; leave one of them out.`)
  if (flags.split !== undefined || flags.groups !== undefined || flags.set.length > 0)
    throw new UserError('--split, --groups and --set have no meaning with --benchmark; leave them out.')
  const { runEvalBenchmark } = await import('./eval-benchmark.ts')
  return runEvalBenchmark({ ...flags, benchmark }, context)
}

/** What would change nothing is a misunderstanding. */
function refuseCompileFlags(flags: CompileFlags): void {
  const given = (['database', 'levels', 'search'] as const).find((name) => flags[name] !== undefined)
  if (given !== undefined) throw new UserError(`--${given} is for --compile; give that too, or leave it out.`)
}

async function runEval(
  config: TrainConfig,
  { folder, split, groups, json }: EvalOptions,
  context: Context,
): Promise<ExitCode> {
  const { evaluateModel } = await import('../../evaluate/evaluate-model.ts')
  const evaluation = await whileEvaluating(config, context, (tools) =>
    evaluateModel(config, { ...tools, folder, split, limit: groups }),
  )
  if (evaluation === undefined) return EXIT.interrupted
  context.stdout.write(
    json
      ? `${JSON.stringify({ model: folder, split, ...evaluation.preference, ...(evaluation.translation && { translation: evaluation.translation }) })}\n`
      : renderEvaluation(folder, split, evaluation),
  )
  return EXIT.done
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
