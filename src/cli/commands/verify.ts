/** `gepo verify`: two files compared by running them, or stored groups proven again from their own contents. */
import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { printable } from '../../base/printable.ts'
import { UserError } from '../../base/user-error.ts'
import { COMPILERS, defaultCompiler } from '../../execute/choose-compiler.ts'
import type { VerifyFinding, VerifySummary } from '../../pipeline/events.ts'
import { openStore } from '../../store/store.ts'
import { DEFAULT_INPUTS } from '../../verify/default-inputs.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { verifyProgress } from '../progress/progress.ts'
import { durationText } from '../render/duration-text.ts'
import { type PairFlags, runVerifyPair } from './verify-pair.ts'

interface VerifyFlags extends PairFlags {
  readonly sample?: number
  readonly jobs?: number
}

/** Flags that one of the two uses knows nothing of, as the command line spells them. */
const GROUP_FLAGS = { sample: '--sample', jobs: '--jobs' } as const
const PAIR_FLAGS = {
  function: '--function',
  inputs: '--inputs',
  seconds: '--seconds',
  aliveTv: '--alive-tv',
} as const

export function verifyCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'With two files (C, LLVM IR as text or bitcode): looks for an input on which both are defined and give different ' +
        'results. Programs are compared where both have main, else every function that both define. Exit 0: no ' +
        'difference found; 1: they differ, with the input; 3: unknown, with the reason.\n\n' +
        'With a database: proves stored groups again from their own contents; compiles and runs every winner on every ' +
        'input, and both sides of every witness. Exit 0: all proven; 1: some label does not hold; 3: some could not ' +
        'be decided.',
    )
    .argument('<a>', 'C or IR file, or a database that gepo build made')
    .argument('[b]', 'the file to compare it with')
    .option('--function <name>', 'files: compare this function alone')
    .option('--inputs <n>', `files: how many inputs to try (default: ${DEFAULT_INPUTS})`, wholeNumber(1))
    .option('--seconds <s>', 'files: stop the search after that many seconds at the latest', wholeNumber(1))
    .option('--alive-tv <path>', 'files: ask an installed Alive2 too, and show its verdict beside ours')
    .option(
      '--sample <n>',
      'database: verify that many groups, drawn by --seed (default: all)',
      wholeNumber(1),
    )
    .option('--jobs <n>', 'database: worker threads (default: as many as cores)', wholeNumber(1))
    .option('--seed <n>', 'seed of the inputs, or of the sample', wholeNumber(0), 0)
    .addOption(
      new Option(
        '--compiler <kind>',
        'how C is compiled and run (default: worker where it works, else spawn)',
      ).choices(COMPILERS),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo verify before.c after.c
  $ gepo verify program.c program.ll --function parse --inputs 20000
  $ gepo verify a.ll b.bc --seconds 10 --json | jq .verdict
  $ gepo verify a.ll b.ll --alive-tv /opt/alive2/alive-tv
  $ gepo verify groups.db
  $ gepo verify groups.db --sample 100 --seed 3 --json`,
    )
    .action(async (a: string, b: string | undefined, flags: VerifyFlags) => {
      if (b === undefined) {
        refuse(flags, PAIR_FLAGS, 'is for two files; name the second one')
        setExit(await runVerify(a, flags, context))
      } else {
        refuse(flags, GROUP_FLAGS, 'is for a database; name one file alone')
        setExit(await runVerifyPair([a, b], flags, context))
      }
    })
}

function refuse(flags: VerifyFlags, known: Readonly<Record<string, string>>, because: string): void {
  for (const [flag, spelling] of Object.entries(known))
    if (flags[flag as keyof VerifyFlags] !== undefined) throw new UserError(`${spelling} ${because}.`)
}

async function runVerify(path: string, flags: VerifyFlags, context: Context): Promise<ExitCode> {
  const store = openStore(path, { readonly: true })
  try {
    const verifyGroups = await context.loadVerifyGroups()
    const progress = verifyProgress(context.stderr)
    const { sample, seed, jobs = availableParallelism(), compiler = defaultCompiler() } = flags
    const summary = await withInterrupt(
      () => progress.report({ kind: 'note', text: 'Stopping. Press Ctrl-C again to stop at once.' }),
      (signal) => verifyGroups(store, { sample, seed, jobs, compiler }, progress, signal),
    ).finally(() => progress.stop())
    context.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : formatSummary(summary))
    if (summary.failures.length > 0) return EXIT.failed
    if (summary.kind === 'interrupted') return EXIT.interrupted
    return summary.unknown.length > 0 ? EXIT.unknown : EXIT.done
  } finally {
    store.close()
  }
}

function formatSummary({ kind, proven, failures, unknown, seconds }: VerifySummary): string {
  const groups = (findings: readonly VerifyFinding[]) => new Set(findings.map(({ groupId }) => groupId)).size
  const failed = groups(failures)
  const undecided = groups(unknown.filter(({ groupId }) => !failures.some((f) => f.groupId === groupId)))
  return [
    ...failures.map((finding) => `FAILED   ${findingLine(finding)}`),
    ...unknown.map((finding) => `unknown  ${findingLine(finding)}`),
    `${proven} groups proven, ${failed} failed, ${undecided} unknown in ${durationText(seconds)}${kind === 'interrupted' ? ' (interrupted)' : ''}`,
    '',
  ].join('\n')
}

function findingLine({ groupId, member, reason, detail }: VerifyFinding): string {
  const firstLine = printable(detail).split('\n', 1)[0]!
  return printable(`${groupId.slice(0, 12)} ${member}: ${reason}${firstLine === '' ? '' : ` (${firstLine})`}`)
}
