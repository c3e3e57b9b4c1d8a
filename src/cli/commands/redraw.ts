/** `gepo redraw`: other losers for the groups of a database, from the mutants that its build has screened already. */
import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { shellWord } from '../../base/shell-word.ts'
import { UserError } from '../../base/user-error.ts'
import { COMPILERS, type Compiler, defaultCompiler } from '../../execute/choose-compiler.ts'
import type { ClassShares } from '../../group/losers/loser-quotas.ts'
import { LOSER_SELECTIONS, type LoserSelection } from '../../group/losers/select-losers.ts'
import { type BuildConfig, parseBuildConfig } from '../../pipeline/build-config.ts'
import type { BuildSummary } from '../../pipeline/events.ts'
import { LOSER_CLASSES } from '../../records/group-record.ts'
import { openStore } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { sharesOrText } from '../flags/parse-shares.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { redrawProgress } from '../progress/progress.ts'
import { durationText } from '../render/duration-text.ts'

interface RedrawFlags {
  readonly out: string
  readonly seed: number
  readonly losers?: number
  readonly classes?: unknown
  readonly select: LoserSelection
  readonly jobs: number
  readonly compiler?: Compiler
  readonly json?: boolean
}

export function redrawCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Draws the losers of every group again, from the mutants that the build has screened and kept. Inputs, winners ' +
        'and splits stay; a loser that is newly chosen is compiled and proven as in a build. What losers there are ' +
        'to draw is said by the build: about twice as many as it was asked for.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .requiredOption('--out <file>', 'database to make, or to go on with')
    .option('--seed <n>', 'the same seed draws the same losers', wholeNumber(0), 0)
    .option(
      '--losers <n>',
      "losers in a group, at most (default: as in the database's build)",
      wholeNumber(1),
    )
    .option(
      '--classes <shares>',
      "shares of loser classes, such as ast=2,ir=1 (default: as in the database's build)",
      sharesOrText,
    )
    .addOption(
      new Option('--select <way>', 'which losers come first').choices(LOSER_SELECTIONS).default('mixed'),
    )
    .option(
      '--jobs <n>',
      'worker threads (default: as many as cores)',
      wholeNumber(1),
      availableParallelism(),
    )
    .addOption(
      new Option(
        '--compiler <kind>',
        'how C is compiled and run (default: worker where it works, else spawn)',
      ).choices(COMPILERS),
    )
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
mixed: operators that a group has least of, of those the hardest; hard: the hardest; diverse: operators, places and
inputs that a group has least of; random: any. The levels of losers are kept in balance in every way.

Examples:
  $ gepo redraw groups.db --out hard.db --select hard --losers 2
  $ gepo redraw groups.db --out other.db --seed 2`,
    )
    .action(async (path: string, flags: RedrawFlags) => {
      setExit(await runRedraw(path, flags, context))
    })
}

async function runRedraw(path: string, flags: RedrawFlags, context: Context): Promise<ExitCode> {
  const from = openStore(path, { readonly: true })
  try {
    const { seed, select, jobs, compiler = defaultCompiler() } = flags
    const { losers, minLosers, classes } = settingsOf(path, from.contentConfig(), flags)
    const to = openStore(flags.out)
    try {
      const redraw = await context.loadRedraw()
      const progress = redrawProgress(context.stderr)
      const summary = await withInterrupt(
        () => progress.report({ kind: 'note', text: 'Stopping: storing what is finished.' }),
        (signal) =>
          redraw(from, to, { losers, minLosers, classes, seed, select, jobs, compiler }, progress, signal),
      ).finally(() => progress.stop())
      const stats = to.stats()
      context.stdout.write(
        flags.json
          ? `${JSON.stringify({ ...summary, out: flags.out, stats })}\n`
          : `${summaryText(summary)}\n${flags.out} holds ${stats.groups} groups (${stats.losers} losers), content ${stats.contentHash.slice(0, 16)}\nLook at one: gepo show ${shellWord(flags.out)}\n`,
      )
      return summary.kind === 'finished' ? EXIT.done : EXIT.interrupted
    } finally {
      to.close()
    }
  } finally {
    from.close()
  }
}

/** What is not given is as in the build, checked like a build's options. */
function settingsOf(
  path: string,
  built: Readonly<Record<string, unknown>> | undefined,
  flags: RedrawFlags,
): Pick<BuildConfig, 'losers' | 'minLosers' | 'classes'> {
  if (built === undefined)
    throw new UserError(`${path} holds no groups; make them with gepo build <source> --out ${path}.`)
  const losers = flags.losers ?? Number(built.losers)
  const config = parseBuildConfig({
    losers,
    minLosers: Math.min(losers, Number(built.minLosers)),
    classes: flags.classes ?? built.classes,
  })
  const screened = built.classes as ClassShares
  const missing = LOSER_CLASSES.filter((name) => config.classes[name] > 0 && !(screened[name] > 0))
  if (missing.length > 0)
    throw new UserError(
      `${path} was built without losers of class ${missing.join(' and ')}, so there are none to draw; build it anew with --classes.`,
    )
  return config
}

const summaryText = ({ kind, units, groups, drops, seconds }: BuildSummary): string =>
  `${units} groups drawn again in ${durationText(seconds)}${kind === 'interrupted' ? ' (interrupted; the same command goes on)' : ''}: ${groups} kept, ${drops} with too few losers`
