/** `gepo export`: groups in a form that other programs read. */
import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { UserError } from '../../base/user-error.ts'
import {
  type DatasetConfig,
  describedPairsConfig,
  groupsConfig,
  type PairOptions,
  pairsConfig,
  TEXT_FORMS,
  type TextForm,
  unpairedConfig,
} from '../../export/dataset-configs.ts'
import { groupLine } from '../../export/group-line.ts'
import { ownAnswerLine, ownPairLines } from '../../export/own-answer-line.ts'
import { pairLines } from '../../export/pair-lines.ts'
import { writeJsonl, writeLines } from '../../export/write-jsonl.ts'
import type { StoredGroup } from '../../records/group-record.ts'
import { PAIRINGS, type Pairing } from '../../records/preference-pairs.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import { isOwnAnswers } from '../../store/database-kind.ts'
import { readOwnAnswers } from '../../store/own-answers.ts'
import type { GroupSelection } from '../../store/read-groups.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'
import { exportProgress } from '../progress/progress.ts'

interface ExportFlags {
  readonly format: FormatName
  readonly out: string
  readonly split?: Split
  readonly sample?: number
  readonly seed: number
  readonly pairs: Pairing
  readonly form: TextForm
  readonly audit: boolean
  readonly json?: boolean
}

type Format =
  /** One file of JSON lines. */
  | {
      readonly kind: 'lines'
      readonly linesOf: (group: StoredGroup) => readonly object[]
      readonly lines: string
    }
  /** A folder of Parquet, with a card. */
  | { readonly kind: 'dataset'; readonly configs: (options: PairOptions) => readonly DatasetConfig[] }

const FORMATS = {
  jsonl: { kind: 'lines', linesOf: (group) => [groupLine(group)], lines: 'groups' },
  pairs: { kind: 'lines', linesOf: pairLines, lines: 'pairs' },
  parquet: { kind: 'dataset', configs: (options) => [groupsConfig, describedPairsConfig(options)] },
  trl: {
    kind: 'dataset',
    configs: (options) => [pairsConfig(options), groupsConfig, unpairedConfig(options.form)],
  },
} as const satisfies Record<string, Format>
type FormatName = keyof typeof FORMATS

/** Flags of data sets alone. */
const DATASET_FLAGS = { pairs: '--pairs', form: '--form', audit: '--no-audit' } as const

export function exportCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Writes groups in the order of their ids. jsonl: a JSON line for each group, with prompt, winners, losers and ' +
        'witnesses. pairs: a line for each winner, with prompt and response, as supervised training takes them. ' +
        'parquet: a folder as the hub has data sets, with the configurations groups and pairs (prompt, chosen, rejected ' +
        'and what is known of each) and a card. trl: the same with the columns of TRL alone, and unpaired (prompt, ' +
        'completion, label) besides. ' +
        "Of a run's on-policy.db, jsonl has a line for each of the model's own answers, with verdict and witness, and " +
        'pairs one for each that is right.',
    )
    .argument('<groups.db>', "database that gepo build made, or a run's on-policy.db (jsonl, pairs)")
    .addOption(
      new Option('--format <format>', 'form of the output').choices(Object.keys(FORMATS)).default('jsonl'),
    )
    .requiredOption('--out <path>', 'file to write, - for stdout; for parquet and trl a new folder')
    .addOption(new Option('--split <split>', 'groups of one split').choices(SPLITS))
    .option('--sample <n>', 'that many groups, drawn by --seed; of each split', wholeNumber(1))
    .option('--seed <n>', 'seed of the sample', wholeNumber(0), 0)
    .addOption(
      new Option(
        '--pairs <pairs>',
        'parquet, trl: all winners against all losers, or each in the fewest pairs',
      )
        .choices(PAIRINGS)
        .default('all'),
    )
    .addOption(
      new Option('--form <form>', 'parquet, trl: texts of pairs as text, or as messages of a conversation')
        .choices(TEXT_FORMS)
        .default('standard'),
    )
    .option('--no-audit', 'parquet, trl: leave the figures of gepo audit out of the card')
    .option('--json', 'print the number of lines or rows as JSON (on stderr with --out -)')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo export groups.db --format jsonl --out train.jsonl --split train
  $ gepo export groups.db --format jsonl --out - | head -1 | jq .prompt -r
  $ gepo export runs/a/on-policy.db --out mistakes.jsonl
  $ gepo export groups.db --format parquet --out my-groups && gepo push my-groups hf:me/my-groups
  $ gepo export groups.db --format trl --pairs matched --form conversational --out my-pairs`,
    )
    .action(async (path: string, flags: ExportFlags) => {
      if (isOwnAnswers(path)) {
        refuseDatasetFlags(command, flags.format)
        return exportOwnAnswers(path, command, flags, context)
      }
      const format: Format = FORMATS[flags.format]
      const store = openStore(path, { readonly: true })
      try {
        if (format.kind === 'dataset') setExit(await exportDataset(store, format, flags, context))
        else {
          refuseDatasetFlags(command, flags.format)
          await exportLines(store, format, flags, context)
        }
      } finally {
        store.close()
      }
    })
}

/** What the model itself answered in a run. */
async function exportOwnAnswers(
  path: string,
  command: Command,
  flags: ExportFlags,
  context: Context,
): Promise<void> {
  const { format, out } = flags
  if (format !== 'jsonl' && format !== 'pairs')
    throw new UserError(`${path} holds a model's answers, which --format jsonl and pairs write.`)
  const given = ['split', 'sample', 'seed'].find((name) => command.getOptionValueSource(name) === 'cli')
  if (given !== undefined)
    throw new UserError(`--${given} is for databases of groups; all of ${path} is written.`)
  const reader = readOwnAnswers(path)
  try {
    const { run } = reader.origin
    const count = await writeLines(reader.answers(), out === '-' ? context.stdout : out, (answer) =>
      format === 'jsonl' ? [ownAnswerLine(answer, run)] : ownPairLines(answer),
    )
    sayWritten(count, format === 'jsonl' ? 'answers' : 'pairs', flags, context)
  } finally {
    reader.close()
  }
}

function refuseDatasetFlags(command: Command, format: FormatName): void {
  const [given] = Object.entries(DATASET_FLAGS).filter(
    ([name]) => command.getOptionValueSource(name) === 'cli',
  )
  if (given !== undefined)
    throw new UserError(`${given[1]} is for the formats parquet and trl; the format is ${format}.`)
}

async function exportLines(
  store: Store,
  { linesOf, lines }: Extract<Format, { kind: 'lines' }>,
  flags: ExportFlags,
  context: Context,
): Promise<void> {
  const { out, split, sample, seed } = flags
  const toStdout = out === '-'
  const count = await writeJsonl(
    intactGroups(store, { split, sample, seed }),
    toStdout ? context.stdout : out,
    linesOf,
  )
  sayWritten(count, lines, flags, context)
}

function sayWritten(
  count: number,
  lines: string,
  { out, json }: Pick<ExportFlags, 'out' | 'json'>,
  { stdout, stderr }: Context,
): void {
  const toStdout = out === '-'
  const report = toStdout ? stderr : stdout
  if (json) report.write(`${JSON.stringify({ [lines]: count, out })}\n`)
  else report.write(`${count} ${lines} written to ${toStdout ? 'stdout' : out}\n`)
}

async function exportDataset(
  store: Store,
  { configs }: Extract<Format, { kind: 'dataset' }>,
  flags: ExportFlags,
  context: Context,
): Promise<ExitCode> {
  const { out, split, sample, seed, pairs, form, json } = flags
  if (out === '-') throw new UserError(`--format ${flags.format} writes a folder; name one as --out.`)
  // Loaded here: lines need neither.
  const { writeDataset } = await import('../../export/write-dataset.ts')
  const { datasetCard } = await import('../../export/dataset-card.ts')
  const auditOf = flags.audit ? await loadAudit() : undefined
  const splits: readonly Split[] = split === undefined ? SPLITS : [split]
  const total = splits.reduce((sum, one) => sum + Math.min(store.groupCount(one), sample ?? Infinity), 0)
  const progress = exportProgress(context.stderr)
  progress.report({ kind: 'export-started', groups: total })
  const written = await withInterrupt(
    () => progress.report({ kind: 'note', text: 'Stopping.' }),
    async (signal) => {
      try {
        return await writeDataset(out, {
          configs: configs({ pairing: pairs, form }),
          splits,
          groupsOf: (one) => intactGroups(store, { split: one, sample, seed }),
          onGroup: () => progress.report({ kind: 'group-exported' }),
          signal,
          card: (contents) =>
            datasetCard({
              name: basename(out),
              written: contents,
              stats: store.stats(),
              audit: auditOf?.(store.path) ?? null,
              settings: store.contentConfig() ?? {},
            }),
        })
      } catch (error) {
        if (signal.aborted) return undefined
        throw error
      }
    },
  ).finally(() => progress.stop())
  if (written === undefined) return EXIT.interrupted
  const rows: Record<string, Record<string, number>> = {}
  for (const config of written.configs)
    rows[config.name] = Object.fromEntries(config.splits.map((part) => [part.split, part.rows]))
  context.stdout.write(
    json
      ? `${JSON.stringify({ groups: written.groups, rows, out })}\n`
      : [
          `${written.groups} groups written to ${out}`,
          ...Object.entries(rows).map(
            ([name, parts]) =>
              `  ${name}: ${Object.entries(parts)
                .map(([one, n]) => `${one} ${n}`)
                .join(', ')}`,
          ),
          '',
        ].join('\n'),
  )
  return EXIT.done
}

async function loadAudit() {
  const { audit } = await import('../../audit/audit.ts')
  const { openAuditRows } = await import('../../store/audit-rows.ts')
  return (path: string) => {
    const rows = openAuditRows(path)
    try {
      return audit(rows, { seed: 0 })
    } finally {
      rows.close()
    }
  }
}

function* intactGroups(store: Store, selection: GroupSelection): Generator<StoredGroup> {
  for (const stored of store.groups(selection)) yield store.intact(stored)
}
