/** `gepo export`: groups in a form that other programs read. */
import { type Command, Option } from 'commander'
import { groupLine } from '../../export/group-line.ts'
import { pairLines } from '../../export/pair-lines.ts'
import { writeJsonl } from '../../export/write-jsonl.ts'
import type { StoredGroup } from '../../records/group-record.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import type { GroupSelection } from '../../store/read-groups.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../flags/parse-number.ts'

interface ExportFlags {
  readonly format: keyof typeof FORMATS
  readonly out: string
  readonly split?: Split
  readonly sample?: number
  readonly seed: number
  readonly json?: boolean
}

/** What is written of a group, and what a line of it is called. */
const FORMATS = {
  jsonl: { linesOf: (group: StoredGroup) => [groupLine(group)], lines: 'groups' },
  pairs: { linesOf: pairLines, lines: 'pairs' },
} as const

export function exportCommand(command: Command, context: Context): void {
  command
    .description(
      'Writes groups in the order of their ids. jsonl: a JSON line for each group, with prompt, winners, losers and ' +
        'witnesses; pairs: a line for each winner, with prompt and response, as supervised training takes them.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .addOption(
      new Option('--format <format>', 'form of the output').choices(Object.keys(FORMATS)).default('jsonl'),
    )
    .requiredOption('--out <file>', 'file to write, - for stdout')
    .addOption(new Option('--split <split>', 'groups of one split').choices(SPLITS))
    .option('--sample <n>', 'that many groups, drawn by --seed', wholeNumber(1))
    .option('--seed <n>', 'seed of the sample', wholeNumber(0), 0)
    .option('--json', 'print the number of lines as JSON (on stderr with --out -)')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo export groups.db --format jsonl --out train.jsonl --split train
  $ gepo export groups.db --format jsonl --out - | head -1 | jq .prompt -r`,
    )
    .action(async (path: string, { format, out, split, sample, seed, json }: ExportFlags) => {
      const store = openStore(path, { readonly: true })
      try {
        const toStdout = out === '-'
        const { linesOf, lines } = FORMATS[format]
        const count = await writeJsonl(
          intactGroups(store, { split, sample, seed }),
          toStdout ? context.stdout : out,
          linesOf,
        )
        const report = toStdout ? context.stderr : context.stdout
        if (json) report.write(`${JSON.stringify({ [lines]: count, out })}\n`)
        else report.write(`${count} ${lines} written to ${toStdout ? 'stdout' : out}\n`)
      } finally {
        store.close()
      }
    })
}

function* intactGroups(store: Store, selection: GroupSelection): Generator<StoredGroup> {
  for (const stored of store.groups(selection)) yield store.intact(stored)
}
