/** What did not end in a group: how many by stage and reason, and of one reason the sources. Markup alone. */
import { barChart, countText } from '../../page/charts/bar-chart.ts'
import { type Html, html } from '../../page/html.ts'
import { STAGES } from '../../records/group-record.ts'
import type { DropRow } from '../../store/view-rows.ts'
import type { DropCount } from '../catalog/catalog.ts'
import { codeLine } from '../code/code-line.ts'
import { highlightC } from '../code/highlight.ts'
import { pager, placeText } from './list-page.ts'
import type { Site } from './site.ts'

export interface DropsPage {
  readonly drops: readonly DropCount[]
  /** The reason that is asked for. */
  readonly chosen:
    | {
        readonly stage: string
        readonly reason: string
        readonly rows: readonly DropRow[]
        readonly position: number
        readonly previous: number | undefined
        readonly next: number | undefined
      }
    | undefined
}

/** What each stage does, for who has not read the code. */
const DOES: Readonly<Record<string, string>> = {
  read: 'a source is taken in',
  extract: 'units are cut out of it',
  compile: 'a unit is compiled',
  input: 'inputs are made up',
  'screen-original': 'it must be clean on them',
  winners: 'its levels must agree',
  mutate: 'edits are made',
  losers: 'edits must differ, with a witness',
  group: 'enough members are left',
}

export function dropsPage(site: Site, { drops, chosen }: DropsPage): Html {
  const address = site.drops!
  const all = drops.reduce((sum, { count }) => sum + count, 0)
  const stages = [...STAGES, ...new Set(drops.map(({ stage }) => stage))]
  const byStage = [...new Set(stages)].flatMap((stage) => {
    const own = drops.filter((drop) => drop.stage === stage).sort((a, b) => b.count - a.count)
    return own.length === 0 ? [] : [{ stage, own }]
  })
  return html`<main>
<header class="list-head"><h1>${countText(all)} <span class="soft">drops: sources, parts and units that did not end in a group</span></h1></header>
${all === 0 && html`<p class="note">Nothing was dropped.</p>`}
<div class="columns">${byStage.map(({ stage, own }) =>
    barChart({
      title: stage,
      most: Math.max(...drops.map(({ count }) => count)),
      note: DOES[stage] ?? '',
      rows: own.map(({ reason, count }) => ({
        name: reason,
        href: `${address({ stage, reason })}#sources`,
        values: [count],
      })),
    }),
  )}</div>
${chosen && chosenDrops(site, chosen, drops)}
</main>`
}

function chosenDrops(
  site: Site,
  { stage, reason, rows, position, previous, next }: NonNullable<DropsPage['chosen']>,
  drops: readonly DropCount[],
): Html {
  const count = drops.find((drop) => drop.stage === stage && drop.reason === reason)?.count ?? 0
  const link = (from: number | undefined) =>
    from === undefined ? undefined : `${site.drops!({ stage, reason, from })}#sources`
  return html`<section id="sources"><header class="list-head"><h2>${stage}: ${reason} <a data-up class="soft" href="${site.drops!()}">all reasons</a></h2>${pager(rows.length, position, count, link(previous), link(next))}</header>
${
  rows.length === 0
    ? html`<p class="note">No drop has this stage and reason.</p>`
    : html`<table class="groups"><thead><tr><th>Source</th><th>Part</th><th>What was said</th></tr></thead><tbody>${rows.map(
        (drop) =>
          html`<tr data-row><td class="source"><a data-open class="mono" href="${site.drop!(drop.key)}">${placeText(drop)}</a> <span class="soft">${drop.dataset}</span></td><td class="mono">${drop.part}</td><td><pre class="soft">${drop.detail}</pre></td></tr>`,
      )}</tbody></table>`
}</section>`
}

/** One drop, with the code that it is about. */
export function dropPage(site: Site, drop: DropRow, code: string | undefined): Html {
  const spans = code === undefined ? [] : highlightC(code)
  return html`<main class="narrow">
<nav class="crumbs" aria-label="place"><a data-up href="${site.drops!(drop)}#sources">← ${drop.stage}: ${drop.reason}</a></nav>
<header class="group-head"><div><h1><span class="mono">${drop.part === '' ? placeText(drop) : drop.part}</span> <span class="soft">dropped at ${drop.stage}: ${drop.reason}</span></h1>
<p class="soft"><span class="mono">${placeText(drop)}</span> · ${drop.dataset}</p></div></header>
${drop.detail !== '' && html`<section class="card"><header><h3>What was said</h3></header><pre class="said">${drop.detail}</pre></section>`}
${
  code === undefined
    ? html`<p class="note">Its text is not stored: it never became a source.</p>`
    : html`<section class="card source-code"><header><h3>C source</h3></header><div class="wide"><table class="code">${code
        .trimEnd()
        .split('\n')
        .map(
          (text, index) =>
            html`<tr><td class="line-number">${index + 1}</td><td>${codeLine(text, spans[index] ?? [])}</td></tr>`,
        )}</table></div></section>`
}
</main>`
}
