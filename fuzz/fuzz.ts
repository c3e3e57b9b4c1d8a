/**
 * `npm run fuzz -- --help`: goes over cases of one kind for a while. Exit status: 0 nothing found, 1 findings, which are
 * saved, 2 wrong usage, 130 interrupted.
 */
import { availableParallelism } from 'node:os'
import { Command, Option } from 'commander'
import { UserError } from '../src/base/user-error.ts'
import { numberWithin, wholeNumber } from '../src/cli/flags/parse-number.ts'
import { KINDS } from './kinds.ts'
import { type RunOptions, runKind } from './run-kind.ts'

const options = new Command('npm run fuzz --')
  .description('Goes over cases of one kind for a while, and saves those on which something was wrong.')
  .addOption(new Option('--kind <kind>', 'what the cases are').choices(Object.keys(KINDS)).default('csmith'))
  .option('--minutes <n>', 'for how long', numberWithin(0, Infinity), 60)
  .option('--seed <n>', 'of the first case', wholeNumber(0), 1)
  .addOption(
    new Option('--steps <n>', 'cases at most').argParser(wholeNumber(1)).default(Infinity, 'no limit'),
  )
  .option('--jobs <n>', 'cases at once', wholeNumber(1), availableParallelism())
  .option('--out <folder>', 'where findings are saved', 'fuzz-findings')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ kind: string } & Omit<RunOptions, 'signal' | 'report'>>()

const interruption = new AbortController()
process.once('SIGINT', () => interruption.abort())
const { signal } = interruption
try {
  const { kind, ...limits } = options
  const summary = await runKind(kind, await KINDS[kind]!(), {
    ...limits,
    signal,
    report: (line) => void process.stderr.write(`${line}\n`),
  })
  process.stdout.write(`${JSON.stringify({ kind, ...summary }, null, 2)}\n`)
  process.exitCode = signal.aborted ? 130 : summary.findings > 0 ? 1 : 0
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
