/** `gepo build`: sources to a database of proven groups. */

import { existsSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { printable } from '../../base/printable.ts'
import { shellWord } from '../../base/shell-word.ts'
import { UserError } from '../../base/user-error.ts'
import { compileWorkerFor, describeCompiler } from '../../execute/choose-compiler.ts'
import { type BuildConfig, parseBuildConfig } from '../../pipeline/build-config.ts'
import type { BuildEvent, BuildSummary, Reporter } from '../../pipeline/events.ts'
import type { Stats } from '../../store/stats.ts'
import { openStore } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { numberOrText } from '../flags/parse-number.ts'
import { sharesOrText, sharesText } from '../flags/parse-shares.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { buildProgress } from '../progress/progress.ts'
import { durationText } from '../render/duration-text.ts'
import { usageSentence } from '../render/usage-sentence.ts'

/** Flags that are options of the configuration under the same name. */
type BuildFlags = { out: string; config?: string; json?: boolean } & Record<string, unknown>

const LIMITS = ['cpuMs', 'memoryBytes', 'outputBytes'] as const

export function buildCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  addArguments(command)
    .description(
      'Builds groups from C sources: compiles each program and function at several levels (winners), edits it so ' +
        'that it does something else (losers), and proves both by running them. Goes on where an earlier run stopped.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ gepo build programs/ --out groups.db
  $ gepo build 'src/**/*.c' --out groups.db --unit function --levels O0,O1,O2 --seed 7
  $ gepo build data.parquet --out part-3.db --shard 3/8 --jobs 16

Ctrl-C stores what is finished; the same command goes on from there.`,
    )
    .action(async (sources: string[], flags: BuildFlags) => {
      setExit(await runBuild(sources, flags, context))
    })
}

function addArguments(command: Command): Command {
  return command
    .argument(
      '<source...>',
      'folders, globs, C, JSONL or Parquet files, or a data set of the Hugging Face hub (hf:UKPLab/SLTrans?config=C&split=Perf_Optimized)',
    )
    .requiredOption('--out <file>', 'database to make, or to go on with')
    .option('--unit <kind>', 'program, function or both (default: both)')
    .option('--levels <list>', 'optimisation levels, such as O0,O2,Oz (default: all six)', (text) =>
      text.split(','),
    )
    .option('--winners <n>', 'winners in a group, at most (default: 4)', numberOrText)
    .option('--losers <n>', 'losers in a group, at most (default: 4)', numberOrText)
    .option(
      '--min-winners <n>',
      'a unit with fewer distinct winners gives no group (default: 2)',
      numberOrText,
    )
    .option('--min-losers <n>', 'a unit with fewer proven losers gives no group (default: 2)', numberOrText)
    .option(
      '--classes <shares>',
      'shares of losers that are edited C, edited IR and malformed IR, such as ast=2,ir=1,malformed=1 (default: ast=1)',
      sharesOrText,
    )
    .option(
      '--subject <which>',
      'what a group may be about: any of a unit and its mutants, so that style does not tell winners from losers, or the unit alone (default: any)',
    )
    .addOption(new Option('--centre <which>', 'the name that --subject had').hideHelp())
    .option('--select <way>', 'which losers come first: mixed, hard, diverse or random (default: mixed)')
    .option('--inputs <n>', 'inputs stored for a unit, at most (default: 16)', numberOrText)
    .option('--seed <n>', 'the same seed gives the same groups (default: 0)', numberOrText)
    .option('--jobs <n>', 'worker threads (default: as many as cores)', numberOrText)
    .option(
      '--compiler <kind>',
      'worker (in long-lived processes; the default where it works) or spawn (a process for each)',
    )
    .option(
      '--column <name>',
      'column of the C text in Parquet and JSONL (default: Source_Code and the like)',
    )
    .option('--dataset <name>', "the data set's name in the provenance (default: the file's)")
    .option('--license <name>', 'licence of sources that state none (default: unknown)')
    .option('--limit <n>', 'read that many sources, at most', numberOrText)
    .option('--shard <i/n>', 'read the i-th of n parts of the sources, such as 1/8')
    .option('--cpu-ms <ms>', 'CPU time of one run, at most', numberOrText)
    .option('--memory-bytes <bytes>', 'memory of one run, at most', numberOrText)
    .option('--output-bytes <bytes>', 'output of one run, at most', numberOrText)
    .option(
      '--config <file>',
      'JSON file with the same options by name ({"minWinners": 2}); flags come first',
    )
    .option('--json', 'print the summary as JSON')
}

/**
 * Looks at options that another machine will build with, so that a wrong one is seen before it.
 * A configuration file of that machine may not be here, and is then left for it to read.
 * @throws {UserError} as `gepo build` would with these options
 */
export function checkBuildOptions(words: readonly string[]): void {
  const command = addArguments(new Command('build'))
    .helpOption(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  try {
    command.parse(['--out', 'any.db', 'any.c', ...words], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) throw new UserError(usageSentence(error, 'gepo build --help'))
    throw error
  }
  const [, further] = command.args
  if (further !== undefined)
    throw new UserError(`'${further}' is no option of gepo build; see gepo build --help.`)
  const { config, ...flags } = command.opts<BuildFlags>()
  configOf({ ...flags, ...(config !== undefined && existsSync(config) && { config }) })
}

async function runBuild(sources: string[], flags: BuildFlags, context: Context): Promise<ExitCode> {
  const config = configOf(flags)
  // What is refused is refused before there is a database.
  compileWorkerFor(config.compiler)
  const store = openStore(flags.out)
  try {
    const build = await context.loadBuild()
    const progress = buildProgress(context.stderr)
    const summary = await withInterrupt(
      () =>
        progress.report({
          kind: 'note',
          text: 'Stopping: storing what is finished. Press Ctrl-C again to stop at once.',
        }),
      (signal) => build(config, sources, store, withCompilerNamed(progress, config), signal),
    ).finally(() => progress.stop())
    const stats = store.stats()
    context.stdout.write(
      flags.json
        ? `${JSON.stringify({ ...summary, out: flags.out, config, stats })}\n`
        : formatSummary(summary, stats, flags.out),
    )
    if (summary.kind === 'finished') return EXIT.done
    const again = ['gepo', 'build', ...sources, ...flagWords(flags)].map(shellWord).join(' ')
    context.stderr.write(`Interrupted; all that was finished is stored. To go on: ${again}\n`)
    return EXIT.interrupted
  } finally {
    store.close()
  }
}

/** Says first, and only if the build begins, how it compiles. */
function withCompilerNamed(reporter: Reporter<BuildEvent>, { compiler }: BuildConfig): Reporter<BuildEvent> {
  return {
    report(event) {
      if (event.kind === 'build-started') reporter.report({ kind: 'note', text: describeCompiler(compiler) })
      reporter.report(event)
    },
  }
}

function configOf({ out: _out, config, json: _json, ...flags }: BuildFlags): BuildConfig {
  const limits = Object.fromEntries(
    LIMITS.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]),
  )
  const options = Object.fromEntries(
    Object.entries(flags).filter(([name]) => !LIMITS.some((l) => l === name)),
  )
  return parseBuildConfig({ ...options, limits: Object.keys(limits).length > 0 ? limits : undefined }, config)
}

function formatSummary(summary: BuildSummary, stats: Stats, out: string): string {
  const { sources, units, groups, drops, seconds } = summary
  const dropped = Object.entries(stats.drops).flatMap(([stage, reasons]) =>
    Object.entries(reasons).map(
      ([reason, n]) => `  ${String(n).padStart(7)}  ${printable(`${stage}: ${reason}`)}`,
    ),
  )
  return [
    `${sources} sources read, ${units} units done in ${durationText(seconds)}: ${groups} groups, ${drops} drops`,
    `${out} holds ${stats.groups} groups of ${stats.units} units (${stats.winners} winners, ${stats.losers} losers), content ${stats.contentHash.slice(0, 16)}`,
    ...(dropped.length > 0 ? ['dropped:', ...dropped] : []),
    ...(stats.groups > 0 ? [`Look at one: gepo show ${shellWord(out)}`] : []),
    '',
  ].join('\n')
}

function flagWords(flags: BuildFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    return value === true ? [flag] : [flag, flagText(value)]
  })
}

function flagText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return value !== null && typeof value === 'object' ? sharesText(value) : String(value)
}
