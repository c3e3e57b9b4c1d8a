/** `gepo merge`: databases of groups, or of translation problems, into one. */
import type { Command } from 'commander'
import { shellWord } from '../../base/shell-word.ts'
import type { MergeSummary } from '../../pipeline/merge.ts'
import { openProblemsStore } from '../../store/problems/problems-store.ts'
import { openStore } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { mergeProgress } from '../progress/progress.ts'
import { durationText } from '../render/duration-text.ts'

interface MergeFlags {
  readonly out: string
  readonly allowMixed?: boolean
  readonly allowUnfinished?: boolean
  readonly json?: boolean
}

export function mergeCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Puts databases of groups, or of translation problems, into one: all that they hold, each thing once, the same ' +
        'whatever the order. Shards of one build give what one build of all sources gives, with near-copies across ' +
        'shards brought into one split. Inputs stay as they are; what was there under --out is part of the result.',
    )
    .argument('<database...>', 'files that gepo build, redraw, problems or merge made')
    .requiredOption('--out <file>', 'database to make, or to add to')
    .option('--allow-mixed', 'take databases of other options, seeds or versions together')
    .option('--allow-unfinished', 'take what there is of databases that are not done, or being written')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo merge part-*.db --out groups.db
  $ gepo merge yesterday.db today.db --out all.db
  $ gepo merge apps.db taco.db --out problems.db
  $ gepo merge seed-1.db seed-2.db --out both.db --allow-mixed

The result takes its name when it is whole. After Ctrl-C or a crash the same command goes on.`,
    )
    .action(async (paths: string[], flags: MergeFlags) => {
      setExit(await runMerge(paths, flags, context))
    })
}

async function runMerge(
  paths: readonly string[],
  { out, allowMixed = false, allowUnfinished = false, json = false }: MergeFlags,
  { stdout, stderr, loadMerge }: Context,
): Promise<ExitCode> {
  const merge = await loadMerge()
  const progress = mergeProgress(stderr)
  const summary = await withInterrupt(
    () => progress.report({ kind: 'note', text: 'Stopping: storing what is merged.' }),
    (signal) => merge(paths, out, { allowMixed, allowUnfinished }, progress, signal),
  ).finally(() => progress.stop())
  if (summary.kind === 'interrupted') {
    stderr.write('Interrupted; what was merged is stored. The same command goes on from there.\n')
    return EXIT.interrupted
  }
  for (const note of notes(summary, out)) stderr.write(`${note}\n`)
  const { text, stats } = summary.holds === 'groups' ? describeGroups(out) : describeProblems(out)
  stdout.write(
    json
      ? `${JSON.stringify({ ...summary, out, stats })}\n`
      : `${summary.files} files merged in ${durationText(summary.seconds)}\n${text}\n`,
  )
  return EXIT.done
}

function notes({ missingShards, conflicts }: MergeSummary, out: string): string[] {
  return [
    ...(missingShards.length > 0
      ? [
          `Not among the files: ${missingShards.length === 1 ? 'shard' : 'shards'} ${missingShards.join(', ')}; build them and add them to ${out}.`,
        ]
      : []),
    ...(conflicts > 0
      ? [`${conflicts} units have different groups in several files; the group with the least id was kept.`]
      : []),
  ]
}

function describeGroups(out: string) {
  const store = openStore(out, { readonly: true })
  try {
    const stats = store.stats()
    return {
      stats,
      text: `${out} holds ${stats.groups} groups of ${stats.units} units (${stats.winners} winners, ${stats.losers} losers), content ${stats.contentHash.slice(0, 16)}\nLook at one: gepo show ${shellWord(out)}`,
    }
  } finally {
    store.close()
  }
}

function describeProblems(out: string) {
  const store = openProblemsStore(out, { readonly: true })
  try {
    const stats = store.stats()
    return {
      stats,
      text: `${out} holds ${stats.problems} problems, content ${stats.contentHash.slice(0, 16)}`,
    }
  } finally {
    store.close()
  }
}
