/** An audit in, its text for people out. */

import type { Audit } from '../../audit/audit.ts'
import type { Artefacts, Feature, Ranking } from '../../audit/find-artefacts.ts'
import type { Duplicates, SharedTexts } from '../../audit/find-duplicates.ts'
import type { Leak } from '../../audit/find-leaks.ts'
import type { Estimate } from '../../audit/roc-auc.ts'
import type { Quantiles } from '../../audit/tally.ts'
import { printable } from '../../base/printable.ts'
import { SPLITS } from '../../records/split.ts'

export function renderAudit({ clusters, duplicates, members, artefacts }: Audit): string {
  const { loserAgainstWinner } = members
  return `${[
    table(
      'near-duplicate sources',
      [],
      [
        ['sources with groups', clusters.sources],
        ['clusters of two or more', clusters.clusters],
        ['sources in them', clusters.sourcesInClusters],
        ['largest', clusters.largest],
        ['clusters in several splits', clusters.leaking],
        ['groups of those', clusters.groupsInLeaking],
      ],
    ),
    ...clusters.leaks.map(leakText),
    table(
      'texts that groups share',
      ['texts', 'groups', 'across splits'],
      [
        ...duplicateRows('by canonical IR', duplicates.byCanonicalIr),
        ...duplicateRows('by text', duplicates.byText),
      ],
    ),
    table(
      'members',
      [],
      [
        ['groups', members.groups],
        ...Object.entries(members.splits).map(([split, n]) => [`  ${split}`, n] as const),
        ['winners', members.winners],
        ['losers', members.losers],
        ...Object.entries(members.classes).map(([name, n]) => [`  of class ${name}`, n] as const),
      ],
    ),
    table(
      'members by level',
      ['winners', '%', 'losers', '%'],
      Object.entries(members.levels).map(([level, { winners, losers }]) => [
        level,
        Math.round(winners),
        percent(winners / members.winners),
        losers,
        percent(losers / members.losers),
      ]),
    ),
    table(
      'losers by operator',
      ['losers', '%', 'median difficulty'],
      Object.entries(members.operators).map(([operator, { n, p50 }]) => [
        printable(operator),
        n,
        percent(n / members.losers),
        p50.toFixed(3),
      ]),
    ),
    table(
      'quantiles',
      ['5%', '25%', '50%', '75%', '95%', 'mean'],
      [
        quantileRow('lines of winners', members.lines.winners, 0),
        quantileRow('lines of losers', members.lines.losers, 0),
        quantileRow('tokens of winners', members.tokens.winners, 0),
        quantileRow('tokens of losers', members.tokens.losers, 0),
        quantileRow('lines a loser has more than the winner of its level', loserAgainstWinner.lines, 0),
        quantileRow('difficulty', members.difficulty, 3),
      ],
    ),
    table(
      'losers against the winner of their level',
      [],
      [
        ['shorter', loserAgainstWinner.shorter],
        ['equally long', loserAgainstWinner.equal],
        ['longer', loserAgainstWinner.longer],
      ],
    ),
    artefactText('names kept', artefacts.kept),
    artefactText('names normalised', artefacts.normalised),
  ].join('\n\n')}\n`
}

type Cell = string | number

/** Rows begin with a name; numbers are flush right under their heads. */
function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(String))
  const all = [['', ...heads], ...texts]
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`
  return [title, ...(heads.length > 0 ? [line(all[0]!)] : []), ...texts.map(line)].join('\n')
}

function leakText({ splits, origins }: Leak): string {
  const counts = Object.entries(splits).map(([split, n]) => `${n} ${split}`)
  return [`near-copies in ${counts.join(', ')}`, ...origins.map((origin) => `  ${printable(origin)}`)].join(
    '\n',
  )
}

function duplicateRows(form: string, { winners, losers, winnerAndLoser }: Duplicates): readonly Cell[][] {
  const row = (name: string, { texts, groups, acrossSplits }: SharedTexts) => [
    `${name}, ${form}`,
    texts,
    groups,
    acrossSplits,
  ]
  return [
    row('winners of several groups', winners),
    row('losers of several groups', losers),
    row("one's winner, another's loser", winnerAndLoser),
  ]
}

function quantileRow(name: string, quantiles: Quantiles | undefined, digits: number): readonly Cell[] {
  if (quantiles === undefined) return [name, '-', '-', '-', '-', '-', '-']
  const { p5, p25, p50, p75, p95, mean } = quantiles
  return [
    name,
    ...[p5, p25, p50, p75, p95].map((value) => value.toFixed(digits)),
    mean.toFixed(Math.max(1, digits)),
  ]
}

function artefactText(variant: string, artefacts: Artefacts | null): string {
  const title = `losers told from winners by IR alone, ${variant}`
  if (artefacts === null) return `${title}\n  the train split has nothing to learn from`
  const rankings = [...SPLITS, 'heldOut'] as const
  return [
    table(
      title,
      ['groups', 'winners', 'losers', 'AUC', '95% interval', 'within a group', '95% interval'],
      rankings.map((name) => rankingRow(name === 'heldOut' ? 'validation and test' : name, artefacts[name])),
    ),
    featureTable('speak for a loser', artefacts.loserFeatures),
    featureTable('speak for a winner', artefacts.winnerFeatures),
  ].join('\n')
}

function rankingRow(name: string, { groups, winners, losers, auc, withinGroup }: Ranking): readonly Cell[] {
  return [name, groups, winners, losers, ...estimateCells(auc), ...estimateCells(withinGroup)]
}

function estimateCells(estimate: Estimate | undefined): readonly string[] {
  if (estimate === undefined) return ['-', '-']
  const [low, high] = estimate.interval
  return [estimate.value.toFixed(3), `${low.toFixed(3)} to ${high.toFixed(3)}`]
}

function featureTable(title: string, features: readonly Feature[]): string {
  return table(
    `  ${title}`,
    ['weight', 'of winners', 'of losers'],
    features.map(({ ngram, weight, winners, losers }) => [
      `  ${printable(ngram)}`,
      weight.toFixed(2),
      percent(winners),
      percent(losers),
    ]),
  )
}

const percent = (share: number) => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)}%`)
