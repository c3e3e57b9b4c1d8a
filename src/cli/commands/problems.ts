/** `gepo problems`: data sets of programs with tests to a database of translation problems. */
import type { Command } from 'commander'
import { shellWord } from '../../base/shell-word.ts'
import type { ProblemsSummary } from '../../problems/build-problems.ts'
import { parseProblemsConfig } from '../../problems/problems-config.ts'
import { LANGUAGES } from '../../records/language.ts'
import { DEFAULT_SUITE_LIMITS } from '../../records/suite.ts'
import type { ProblemStats } from '../../store/problems/problem-tables.ts'
import { openProblemsStore } from '../../store/problems/problems-store.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { numberOrText } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { problemsProgress } from '../progress/progress.ts'
import { durationText } from '../render/duration-text.ts'

type ProblemsFlags = { out: string; json?: boolean } & Record<string, unknown>

export function problemsCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Makes translation problems: reads programs and their tests, runs each program on them, and keeps the problems ' +
        'whose tests a program passes. Goes on where an earlier run stopped.',
    )
    .argument(
      '<source...>',
      'Parquet or JSONL of SYNTHETIC-1, APPS or TACO, here or on the hub (hf:BAAI/TACO?config=ALL&split=train), or folders of programs with problem.json or pairs of .in and .out',
    )
    .requiredOption('--out <file>', 'database to make, or to go on with')
    .option(
      '--targets <list>',
      `languages to translate into, out of ${LANGUAGES.join(',')} (default: python,cpp,java,php,bash,javascript)`,
      (text: string) => text.split(','),
    )
    .option('--min-tests <n>', 'a problem with fewer distinct tests is dropped (default: 3)', numberOrText)
    .option('--max-tests <n>', 'more are left out, evenly (default: 16)', numberOrText)
    .option(
      '--test-ms <ms>',
      `CPU time of one test, at most (default: ${DEFAULT_SUITE_LIMITS.testMs})`,
      numberOrText,
    )
    .option('--jobs <n>', 'programs run at the same time (default: as many as cores)', numberOrText)
    .option('--dataset <name>', "the data set's name in the provenance (default: the file's)")
    .option('--license <name>', 'licence of problems that state none (default: unknown)')
    .option('--limit <n>', 'read that many rows, at most', numberOrText)
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo problems my-problems/ --out problems.db
  $ gepo problems 'hf:codeparrot/apps?split=train' --out problems.db
  $ gepo problems apps/train.jsonl --out problems.db --dataset APPS --license MIT --targets python,cpp,java

Ctrl-C stores what is finished; the same command goes on from there.`,
    )
    .action(async (sources: string[], flags: ProblemsFlags) => {
      setExit(await runProblems(sources, flags, context))
    })
}

async function runProblems(sources: string[], flags: ProblemsFlags, context: Context): Promise<ExitCode> {
  const { out, json, ...options } = flags
  const config = parseProblemsConfig(options)
  const { buildProblems } = await import('../../problems/build-problems.ts')
  const { openJudgeThreads } = await import('../../judge/open-judge-threads.ts')
  const judge = await openJudgeThreads({ slots: config.jobs })
  try {
    const store = openProblemsStore(out, { readonly: false })
    try {
      const { minTests, maxTests, testMs } = config
      store.beginRun(config, { minTests, maxTests, testMs })
      const progress = problemsProgress(context.stderr)
      const settings = { ...config, limits: { ...DEFAULT_SUITE_LIMITS, testMs } }
      const summary = await withInterrupt(
        () =>
          progress.report({
            kind: 'note',
            text: 'Stopping: storing what is finished. Press Ctrl-C again to stop at once.',
          }),
        (signal) => buildProblems(sources, settings, store, judge, progress.report, signal),
      ).finally(() => progress.stop())
      return end(summary, store.stats(), { sources, out, json: json === true }, context)
    } finally {
      store.close()
    }
  } finally {
    await judge.close()
  }
}

function end(
  summary: ProblemsSummary,
  stats: ProblemStats,
  { sources, out, json }: { sources: readonly string[]; out: string; json: boolean },
  { stdout, stderr }: Context,
): ExitCode {
  stdout.write(json ? `${JSON.stringify({ ...summary, out, stats })}\n` : formatSummary(summary, stats, out))
  if (summary.kind === 'interrupted') {
    const again = ['gepo', 'problems', ...sources, '--out', out].map(shellWord).join(' ')
    stderr.write(`Interrupted; all that was finished is stored. To go on: ${again} (with the same options)\n`)
    return EXIT.interrupted
  }
  return summary.counts.unjudged > 0 ? EXIT.unknown : EXIT.done
}

function formatSummary(
  { counts, seconds, unjudged }: ProblemsSummary,
  stats: ProblemStats,
  out: string,
): string {
  const list = (title: string, entries: Readonly<Record<string, number>>) => {
    const lines = Object.entries(entries).map(([name, n]) => `  ${String(n).padStart(7)}  ${name}`)
    return lines.length === 0 ? [] : [title, ...lines]
  }
  return [
    `${counts.problem} problems made, ${counts.dropped} rows dropped, ${counts.earlier} done before, in ${durationText(seconds)}`,
    ...(unjudged === undefined ? [] : [`${counts.unjudged} left for later, as ${unjudged}`]),
    `${out} holds ${stats.problems} problems`,
    ...list('splits:', stats.splits),
    ...list('data sets:', stats.datasets),
    ...list('licences:', stats.licenses),
    ...list('programs proven in:', stats.languages),
    ...list('dropped:', stats.drops),
    '',
  ].join('\n')
}
