/** `gepo verify`: stored groups, proven again from their own contents. */
import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { COMPILERS, type Compiler, defaultCompiler } from '../execute/open-engine.ts'
import type { VerifyFinding, VerifySummary } from '../pipeline/events.ts'
import { openStore } from '../store/store.ts'
import type { Context } from './context.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { withInterrupt } from './interrupt.ts'
import { wholeNumber } from './parse-number.ts'
import { printable } from './printable.ts'
import { durationText, verifyProgress } from './progress.ts'

interface VerifyFlags {
  readonly compiler?: Compiler
  readonly sample?: number
  readonly seed: number
  readonly jobs: number
  readonly json?: boolean
}

export function verifyCommand(program: Command, context: Context, setExit: (code: ExitCode) => void): void {
  program
    .command('verify')
    .summary('prove stored groups again')
    .description(
      'Proves stored groups again from their own contents: compiles and runs every winner on every input, and both ' +
        'sides of every witness. Exit 0: all proven; 1: some label does not hold; 3: some could not be decided.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .option('--sample <n>', 'verify that many groups, drawn by --seed (default: all)', wholeNumber(1))
    .option('--seed <n>', 'seed of the sample', wholeNumber(0), 0)
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
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo verify groups.db
  $ gepo verify groups.db --sample 100 --seed 3 --json`,
    )
    .action(async (path: string, flags: VerifyFlags) => {
      setExit(await runVerify(path, flags, context))
    })
}

async function runVerify(path: string, flags: VerifyFlags, context: Context): Promise<ExitCode> {
  const store = openStore(path, { readonly: true })
  try {
    const verifyGroups = await context.loadVerifyGroups()
    const progress = verifyProgress(context.stderr)
    const { sample, seed, jobs, compiler = defaultCompiler() } = flags
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
  return `${groupId.slice(0, 12)} ${member}: ${reason}${firstLine === '' ? '' : ` (${firstLine})`}`
}
