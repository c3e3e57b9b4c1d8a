/** `gepo export`: groups in a form that other programs read. */
import { type Command, Option } from 'commander'
import { writeJsonl } from '../../export/write-jsonl.ts'
import type { StoredGroup } from '../../records/group-record.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import type { GroupSelection } from '../../store/read-groups.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { wholeNumber } from '../flags/parse-number.ts'

interface ExportFlags {
  readonly format: 'jsonl'
  readonly out: string
  readonly split?: Split
  readonly sample?: number
  readonly seed: number
  readonly json?: boolean
}

export function exportCommand(command: Command, context: Context): void {
  command
    .description(
      'Writes groups in the order of their ids, a JSON line each: prompt, winners, losers, witnesses.',
    )
    .argument('<groups.db>', 'database that gepo build made')
    .addOption(new Option('--format <format>', 'form of the output').choices(['jsonl']).default('jsonl'))
    .requiredOption('--out <file>', 'file to write, - for stdout')
    .addOption(new Option('--split <split>', 'groups of one split').choices(SPLITS))
    .option('--sample <n>', 'that many groups, drawn by --seed', wholeNumber(1))
    .option('--seed <n>', 'seed of the sample', wholeNumber(0), 0)
    .option('--json', 'print the number of groups as JSON (on stderr with --out -)')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo export groups.db --format jsonl --out train.jsonl --split train
  $ gepo export groups.db --format jsonl --out - | head -1 | jq .prompt -r`,
    )
    .action(async (path: string, { out, split, sample, seed, json }: ExportFlags) => {
      const store = openStore(path, { readonly: true })
      try {
        const toStdout = out === '-'
        const groups = await writeJsonl(
          intactGroups(store, { split, sample, seed }),
          toStdout ? context.stdout : out,
        )
        const report = toStdout ? context.stderr : context.stdout
        if (json) report.write(`${JSON.stringify({ groups, out })}\n`)
        else report.write(`${groups} groups written to ${toStdout ? 'stdout' : out}\n`)
      } finally {
        store.close()
      }
    })
}

function* intactGroups(store: Store, selection: GroupSelection): Generator<StoredGroup> {
  for (const stored of store.groups(selection)) yield store.intact(stored)
}
