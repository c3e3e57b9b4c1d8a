/** `gepo benchmark`: makes benchmarks, and tables of what evaluations on them have given. */
import { type Command, Option } from 'commander'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { CrossSummary } from '../../problems/crosspleval/build-crosspleval.ts'
import { parseCrossPLEvalConfig } from '../../problems/crosspleval/crosspleval-config.ts'
import { CROSS_KINDS, type CrossPlaces } from '../../problems/crosspleval/read-cross-items.ts'
import { LANGUAGES } from '../../records/language.ts'
import { DEFAULT_SUITE_LIMITS } from '../../records/suite.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { numberOrText } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { problemsProgress } from '../progress/progress.ts'

interface BuildFlags extends Record<string, unknown> {
  readonly from: CrossPlaces['from']
  readonly out: string
  readonly moreTests?: string
  readonly json?: boolean
}

export function benchmarkCommand(
  command: Command,
  context: Context,
  setExit: (code: ExitCode) => void,
): void {
  command.description('Makes a benchmark of problems that have tests, or tables of results.')
  const list = (text: string) => text.split(',')
  command
    .command('build')
    .summary('make a benchmark')
    .description(
      "Makes an open benchmark in the form of the paper's CrossPLEval: translate a function, given its solution and " +
        'declaration in one language and its declaration in another. Keeps the functions whose tests a Python solution ' +
        'passes when judged, with their solutions in other languages that pass too. Goes on where an earlier run stopped.',
    )
    .argument('<benchmark>', 'which: crosspleval')
    .argument(
      '<source...>',
      'a folder of HumanEval-X (humaneval_python.jsonl.gz ...); Parquet or JSONL of TACO or APPS, here or on the hub',
    )
    .addOption(new Option('--from <kind>', 'what the sources are').choices(CROSS_KINDS).makeOptionMandatory())
    .requiredOption('--out <file>', 'JSON lines to make; the card goes beside it as .md')
    .option('--sources <list>', 'languages of the solutions given (default: python,cpp,java,go)', list)
    .option(
      '--targets <list>',
      `languages to translate into, out of ${LANGUAGES.join(',')} (default: the paper's eleven)`,
      list,
    )
    .option('--min-tests <n>', 'a problem with fewer distinct tests is dropped (default: 5)', numberOrText)
    .option('--max-tests <n>', 'more are left out, evenly (default: 32)', numberOrText)
    .option(
      '--more-tests <file>',
      "MultiPL-E's humaneval-js as JSON lines, whose tests are added to HumanEval-X's",
    )
    .option(
      '--test-ms <ms>',
      `CPU time of one test, at most (default: ${DEFAULT_SUITE_LIMITS.testMs})`,
      numberOrText,
    )
    .option('--jobs <n>', 'programs run at the same time (default: as many as cores)', numberOrText)
    .option('--dataset <name>', "the data set's name in the provenance (default: the source's)")
    .option('--license <name>', "licence of problems that state none (default: the source's)")
    .option('--limit <n>', 'read that many problems, at most', numberOrText)
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo benchmark build crosspleval humaneval-x/ --from humaneval-x --out crosspleval.jsonl
  $ gepo benchmark build crosspleval 'hf:BAAI/TACO?split=test' --from taco --out crosspleval-taco.jsonl

Ctrl-C stores what is finished; the same command goes on from there.`,
    )
    .action(async (benchmark: string, sources: string[], flags: BuildFlags) => {
      if (benchmark !== 'crosspleval')
        throw new UserError(`There is no benchmark ${benchmark} to build; the one there is is crosspleval.`)
      setExit(await runBuild(sources, flags, context))
    })
  command
    .command('table')
    .summary('make tables of results')
    .description(
      "Turns results of gepo eval --benchmark into the paper's tables: programs from words (Table 2), translations by " +
        'source and target (Table 3), their averages (Table 4). Several models stand side by side.',
    )
    .argument(
      '<results...>',
      'results folders; NAME=FOLDER names the model, and folders of one name are one model',
    )
    .option('--out <file>', 'write the Markdown there (default: print it)')
    .option('--page <file>', 'write the tables as one HTML file, too')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo benchmark table results/before results/after
  $ gepo benchmark table base=results/a base=results/b oorl=results/c oorl=results/d --page tables.html`,
    )
    .action(async (places: string[], flags: TableFlags) => {
      setExit(await runTable(places, flags, context))
    })
}

interface TableFlags {
  readonly out?: string
  readonly page?: string
}

async function runTable(places: string[], { out, page }: TableFlags, { stdout }: Context): Promise<ExitCode> {
  const { collectFigures } = await import('../../evaluate/tables/collect-figures.ts')
  const { paperTables } = await import('../../evaluate/tables/paper-tables.ts')
  const { tablesAsMarkdown } = await import('../../evaluate/tables/tables-as-markdown.ts')
  const models = collectFigures(places)
  const tables = paperTables(models)
  const markdown = tablesAsMarkdown(tables)
  if (out === undefined) stdout.write(markdown)
  else writeFileAtomically(out, markdown)
  if (page !== undefined) {
    const { tablesAsPage } = await import('../../evaluate/tables/tables-as-page.ts')
    writeFileAtomically(page, tablesAsPage(tables, models))
  }
  return EXIT.done
}

async function runBuild(places: string[], flags: BuildFlags, context: Context): Promise<ExitCode> {
  const { from, out, json, moreTests, ...options } = flags
  const { dataset, license, ...settings } = parseCrossPLEvalConfig(options)
  const { buildCrossPLEval } = await import('../../problems/crosspleval/build-crosspleval.ts')
  const { openJudge } = await import('../../judge/open-judge.ts')
  const judge = await openJudge({ slots: settings.jobs })
  const progress = problemsProgress(context.stderr)
  try {
    const limits = { ...DEFAULT_SUITE_LIMITS, testMs: settings.testMs }
    const source = { from, places, dataset, license, moreTests }
    const summary = await withInterrupt(
      () =>
        progress.report({
          kind: 'note',
          text: 'Stopping: storing what is finished. Press Ctrl-C again to stop at once.',
        }),
      (signal) => buildCrossPLEval(source, out, { ...settings, limits }, judge, progress.report, signal),
    ).finally(() => progress.stop())
    return end(summary, out, json === true, context)
  } finally {
    await judge.close()
  }
}

function end(summary: CrossSummary, out: string, json: boolean, { stdout, stderr }: Context): ExitCode {
  stdout.write(json ? `${JSON.stringify({ ...summary, out })}\n` : summaryText(summary, out))
  if (summary.kind === 'interrupted')
    stderr.write('Interrupted; all that was finished is stored. The same command goes on from there.\n')
  return { finished: EXIT.done, unfinished: EXIT.unknown, interrupted: EXIT.interrupted }[summary.kind]
}

function summaryText({ outcomes, unjudged, counts }: CrossSummary, out: string): string {
  const { problem, dropped, earlier } = outcomes
  const list = (title: string, entries: Readonly<Record<string, number>>) => {
    const lines = Object.entries(entries).map(([name, n]) => `  ${String(n).padStart(7)}  ${name}`)
    return lines.length === 0 ? [] : [title, ...lines]
  }
  return [
    `${problem} problems proven, ${dropped} dropped, ${earlier} done before`,
    ...(unjudged === undefined
      ? []
      : [`${outcomes.unjudged} left for the next run, which then writes ${out}, as ${unjudged}`]),
    ...(counts === undefined
      ? []
      : [
          `${out} holds ${counts.tasks} tasks of ${counts.problems} problems; its card is beside it`,
          ...list('solutions in:', counts.solutions),
          ...list('problems dropped:', counts.drops),
          ...list('solutions dropped:', counts.solutionDrops),
          ...list('targets dropped:', counts.targetDrops),
        ]),
    '',
  ].join('\n')
}
