/** What labels may give away, as charts: an audit in, or how far one is. Markup alone. */
import type { Audit } from '../../audit/audit.ts'
import type { Artefacts, Feature } from '../../audit/find-artefacts.ts'
import type { SharedTexts } from '../../audit/find-duplicates.ts'
import { barChart, countText } from '../../page/charts/bar-chart.ts'
import { intervalChart } from '../../page/charts/interval-chart.ts'
import { type Html, html } from '../../page/html.ts'
import { SPLITS } from '../../records/split.ts'

export type AuditState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly step: string }
  | { readonly kind: 'done'; readonly audit: Audit; readonly at: string; readonly isOld: boolean }
  | { readonly kind: 'failed'; readonly reason: string }

export function auditPage(state: AuditState): Html {
  return html`<main>
<header class="list-head"><h1>Audit <span class="soft">what labels may give away without being understood</span></h1>${state.kind !== 'running' && html`<div class="prove"><span data-told="audit" role="status"></span><button type="button" data-ask="/audit" data-busy="Starting …">${state.kind === 'done' ? 'Audit again' : 'Audit the database'}</button></div>`}</header>
${stateNote(state)}
${state.kind === 'done' && auditCharts(state.audit)}
</main>`
}

function stateNote(state: AuditState): Html {
  switch (state.kind) {
    case 'none':
      return html`<p class="note">An audit reads every group and trains a small classifier: seconds for hundreds of groups, minutes for hundreds of thousands. It runs in a thread of its own, and these pages go on.</p>`
    case 'running':
      return html`<p class="note" data-reload="2000">Auditing: ${state.step} …</p>`
    case 'failed':
      return html`<p class="note bad">${state.reason}</p>`
    case 'done':
      return html`<p class="soft">Of ${state.at}, seed ${state.audit.seed}.${state.isOld && html` <b class="warn">The database has changed since.</b>`}</p>`
  }
}

const percent = (share: number) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)}%`)

function auditCharts({ clusters, duplicates, members, artefacts }: Audit): Html {
  const { loserAgainstWinner, lines, tokens, difficulty } = members
  return html`<div class="figures">
${figure(clusters.leaking, 'clusters of near-copies in several splits', clusters.leaking === 0 ? 'good' : 'bad')}
${figure(clusters.clusters, `clusters of near-copies among ${countText(clusters.sources)} sources`)}
${figure(duplicates.byCanonicalIr.winnerAndLoser.texts, 'texts that are one’s winner and another’s loser')}
${figure(members.groups, 'groups')}
${figure(members.winners, 'winners')}
${figure(members.losers, 'losers')}
</div>
${clusters.leaks.length > 0 && html`<h2>Near-copies in several splits</h2>${clusters.leaks.map((leak) => html`<div class="card leak"><p>${Object.entries(leak.splits).map(([split, n]) => html`<span class="tag split-${split}">${n} ${split}</span> `)}</p><pre>${leak.origins.join('\n')}</pre></div>`)}`}
<h2>Told by the IR alone</h2>
<p class="soft">How often a classifier that never sees the C takes a loser for one rather than a winner. 0.5 is chance, and the aim.</p>
<div class="columns">${rankings('names kept', artefacts.kept)}${rankings('names made equal', artefacts.normalised)}
${artefacts.normalised && html`${features('Speaks for a loser, names made equal', artefacts.normalised.loserFeatures)}${features('Speaks for a winner, names made equal', artefacts.normalised.winnerFeatures)}`}</div>
<h2>Members</h2>
<div class="columns">
${barChart({ title: 'By level', note: 'share of all winners, of all losers', columns: ['winners', 'losers'], format: percent, rows: Object.entries(members.levels).map(([name, level]) => ({ name, values: [level.winners / members.winners, level.losers / members.losers] })) })}
${barChart({ title: 'Losers by operator', rows: Object.entries(members.operators).map(([name, { n }]) => ({ name, values: [n] })) })}
${barChart({ title: 'Median difficulty by operator', format: (value) => value.toFixed(2), rows: Object.entries(members.operators).map(([name, { p50 }]) => ({ name, values: [p50] })) })}
${barChart({ title: 'Groups by split', rows: Object.entries(members.splits).map(([name, n]) => ({ name, values: [n] })) })}
${barChart({ title: 'Losers by class', rows: Object.entries(members.classes).map(([name, n]) => ({ name, values: [n] })) })}
${barChart({
  title: 'Losers against the winner of their level',
  rows: [
    { name: 'shorter', values: [loserAgainstWinner.shorter] },
    { name: 'equally long', values: [loserAgainstWinner.equal] },
    { name: 'longer', values: [loserAgainstWinner.longer] },
  ],
})}
${spread('Lines', [
  ['winners', lines.winners],
  ['losers', lines.losers],
])}
${spread('Tokens', [
  ['winners', tokens.winners],
  ['losers', tokens.losers],
])}
${spread('Difficulty', [['losers', difficulty]])}
</div>
<h2>Texts that groups share</h2>
<div class="columns">${shared('By canonical IR', duplicates.byCanonicalIr)}${shared('By text', duplicates.byText)}</div>`
}

const figure = (value: number, name: string, look = ''): Html =>
  html`<div class="figure"><b class="${look}">${countText(value)}</b><span>${name}</span></div>`

function rankings(names: string, artefacts: Artefacts | null): Html {
  if (artefacts === null)
    return html`<figure class="chart"><figcaption><b>AUC, ${names}</b></figcaption><p class="soft">The train split has nothing to learn from.</p></figure>`
  const splits = [...SPLITS, 'heldOut'] as const
  return intervalChart({
    title: `AUC, ${names}`,
    note: 'with the interval of 95 of 100 draws',
    low: 0,
    high: 1,
    aim: 0.5,
    rows: splits.map((split) => ({
      name: split === 'heldOut' ? 'validation and test' : split,
      value: artefacts[split].auc?.value,
      ...(artefacts[split].auc && { interval: artefacts[split].auc.interval }),
    })),
  })
}

const features = (title: string, found: readonly Feature[]): Html =>
  barChart({
    title,
    note: 'share of members that have it',
    columns: ['winners', 'losers'],
    format: percent,
    rows: found.map(({ ngram, winners, losers }) => ({ name: ngram, values: [winners, losers] })),
  })

function spread(title: string, sides: readonly (readonly [string, Audit['members']['difficulty']])[]): Html {
  const known = sides.flatMap(([name, quantiles]) => (quantiles === undefined ? [] : [{ name, quantiles }]))
  return intervalChart({
    title,
    note: 'median, with half of them inside',
    low: 0,
    high: known.reduce((high, { quantiles }) => Math.max(high, quantiles.p95), 0),
    rows: known.map(({ name, quantiles: { p25, p50, p75 } }) => ({ name, value: p50, interval: [p25, p75] })),
  })
}

function shared(
  title: string,
  found: Readonly<Record<'winners' | 'losers' | 'winnerAndLoser', SharedTexts>>,
): Html {
  const row = (name: string, { texts, groups, acrossSplits }: SharedTexts) =>
    html`<tr><th scope="row">${name}</th>${[texts, groups, acrossSplits].map((count) => html`<td class="number">${countText(count)}</td>`)}</tr>`
  return html`<figure class="chart bars"><figcaption><b>${title}</b></figcaption><table class="shared"><thead><tr><th></th>${['texts', 'groups', 'across splits'].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>
${row('winners of several groups', found.winners)}${row('losers of several groups', found.losers)}${row("one's winner, another's loser", found.winnerAndLoser)}</tbody></table></figure>`
}
