/** What was written, and what is known of it, in; the README.md that a hub shows of a data set out. Pure. */
import { stringify } from 'yaml'
import type { Audit } from '../audit/audit.ts'
import type { Stats } from '../store/stats.ts'
import { datasetFeatures } from './parquet/columns.ts'
import type { WrittenConfig, WrittenDataset } from './write-dataset.ts'

export interface CardContents {
  readonly name: string
  readonly written: WrittenDataset
  readonly stats: Pick<Stats, 'contentHash' | 'operators' | 'classes' | 'levels'>
  /** Null where it was not asked for. */
  readonly audit: Audit | null
  /** Options and versions that the groups depend on. */
  readonly settings: Readonly<Record<string, unknown>>
}

export function datasetCard(contents: CardContents): string {
  const { name, written, settings } = contents
  const front = {
    pretty_name: name,
    ...licenseOf(written.licenses),
    task_categories: ['text-generation'],
    tags: ['preference', 'code', 'llvm-ir', 'gepo'],
    configs: written.configs.map(({ name: config, splits }, index) => ({
      config_name: config,
      ...(index === 0 && { default: true }),
      data_files: splits.map(({ split }) => ({ split, path: `${config}/${split}-*.parquet` })),
    })),
    dataset_info: written.configs.map(configInfo),
  }
  return `---\n${stringify(front)}---\n\n${[
    `# ${name}`,
    INTRODUCTION,
    '## Contents',
    contentTable(written),
    COLUMNS,
    '## How the labels were proven',
    PROOF,
    '## Limits of the claim',
    LIMITS,
    '## Licences',
    licenseText(written.licenses),
    '## Figures',
    figures(contents),
    '## Made with',
    `\`\`\`json\n${JSON.stringify(settings, undefined, 2)}\n\`\`\``,
  ].join('\n\n')}\n`
}

const INTRODUCTION =
  'Groups of LLVM IR for C code, for preference training. `chosen` are winners: what clang makes of the code at several levels. ' +
  '`rejected` are losers: IR of an edited copy of the code, edited IR, or IR that the assembler refuses. Made by gepo.'

const COLUMNS =
  'Each configuration has its columns in the table of the viewer. In `groups` the lists `rejected_*` have an entry for each text of ' +
  '`rejected`, in its order: the level, what was edited (`ast` the C code, `ir` one instruction, `malformed` one that the ' +
  'assembler then refuses), the operator, the difficulty (0 to 1, larger is harder), the share of the inputs that show the ' +
  'difference, and the evidence: JSON with the input and both results, or what the assembler says.'

const PROOF =
  '- **Winners** were run on all inputs of their group, with the results of the unoptimised program, byte for byte.\n' +
  '- **Losers** that run have a witness: an input on which both sides are clean under AddressSanitizer, UndefinedBehaviorSanitizer ' +
  'and MemorySanitizer, repeat themselves, and give different results beyond what rounding explains. The rest is refused by ' +
  'the assembler.\n' +
  '- Inputs count only where the original is clean under the same sanitizers.'

const LIMITS =
  '- "Equal" is a statement about the inputs tried, and about the compiler. It is no proof.\n' +
  '- All runs were on x86-64 Linux, with one version of clang (below).\n' +
  '- Splits are by cluster of near-copies of the sources, so that no split holds a copy of what another trains on.'

function configInfo({ name, columns, splits }: WrittenConfig): object {
  const bytes = splits.reduce((sum, split) => sum + split.bytes, 0)
  return {
    config_name: name,
    features: datasetFeatures(columns),
    splits: splits.map(({ split, rows, bytes: size }) => ({
      name: split,
      num_bytes: size,
      num_examples: rows,
    })),
    download_size: bytes,
    dataset_size: bytes,
  }
}

function contentTable({ configs }: WrittenDataset): string {
  return table(
    ['configuration', 'split', 'rows', 'files'],
    configs.flatMap(({ name, splits }) =>
      splits.map(({ split, rows, files }) => [name, split, String(rows), String(files.length)]),
    ),
  )
}

/** Of the hub's list; what is not on it is `other` there. */
const KNOWN_LICENSES = new Set(
  `afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc cc0-1.0 cc-by-2.0
  cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
  cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cdla-permissive-1.0 cdla-permissive-2.0
  cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 gpl gpl-2.0 gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 lppl-1.3c
  mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 pddl postgresql unknown unlicense wtfpl zlib`.split(
    /\s+/,
  ),
)

function licenseOf(licenses: ReadonlyMap<string, number>): object {
  const [license, ...others] = licenses.keys().map((name) => name.toLowerCase())
  if (others.length > 0) return { license: 'other', license_name: 'mixed' }
  if (license === undefined || KNOWN_LICENSES.has(license)) return { license: license ?? 'unknown' }
  return { license: 'other', license_name: license.replaceAll(/[^a-z0-9.]+/g, '-') }
}

function licenseText(licenses: ReadonlyMap<string, number>): string {
  const rows = [...licenses].sort(([, a], [, b]) => b - a).map(([name, groups]) => [name, String(groups)])
  const unknown = licenses.get('unknown') ?? 0
  return [
    table(['licence of the source', 'groups'], rows),
    ...(licenses.size > 1
      ? ['The sources have several licences: each row says its own, and whoever hands it on keeps to that.']
      : []),
    ...(unknown > 0
      ? [
          `Of ${unknown} groups the licence is not known: find it out before you hand them on, or train what you hand on with them.`,
        ]
      : []),
  ].join('\n\n')
}

function figures({ stats, audit }: CardContents): string {
  const counts = (record: Readonly<Record<string, number>>) =>
    Object.entries(record).map(([name, n]) => [name, String(n)])
  return [
    `Content hash of the database \`${stats.contentHash}\`: equal for equal groups, however they were built.`,
    table(['losers by class', ''], counts(stats.classes)),
    table(['losers by operator', ''], counts(stats.operators)),
    table(['winners by level', ''], counts(stats.levels)),
    ...(audit === null ? [] : [auditText(audit)]),
  ].join('\n\n')
}

function auditText({ clusters, artefacts }: Audit): string {
  const auc = artefacts.normalised?.test.auc
  return [
    `Clusters of near-copies that lie in more than one split: ${clusters.leaking}.`,
    ...(auc === undefined
      ? []
      : [
          `A classifier that reads IR alone, names made equal, tells winners of the test split from losers with an AUC of ${auc.value.toFixed(3)} (interval ${auc.interval.map((bound) => bound.toFixed(3)).join(' to ')}; 0.5 is chance).`,
        ]),
  ].join(' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
