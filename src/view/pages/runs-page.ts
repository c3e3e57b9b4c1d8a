/** Runs of training beside each other, those of them that are chosen. Markup alone. */
import { COLOURS } from '../../page/charts/line-chart.ts'
import { type Html, html } from '../../page/html.ts'
import type { RunView } from '../../report/read-run.ts'
import { runsCharts } from '../../report/runs-charts.ts'
import type { Site } from './site.ts'

/**
 * @param names of all runs, in the order of their colours
 * @param runs those that are chosen
 */
export function runsPage(site: Site, names: readonly string[], runs: readonly RunView[]): Html {
  const chosen = runs.map(({ name }) => name)
  const address = site.runs!
  const toggled = (name: string) =>
    chosen.includes(name)
      ? chosen.filter((one) => one !== name)
      : names.filter((one) => one === name || chosen.includes(one))
  return html`<main><header class="list-head"><h1>Runs <span class="soft">${runs.length} of ${names.length}</span></h1>
<p class="pager">${names.length > 1 && html`<a href="${address()}">all</a>`}</p></header>
${names.length > 1 && html`<p class="chips">${names.map((name, index) => html`<a data-row class="chip c${index % COLOURS}" href="${address(toggled(name))}"${chosen.includes(name) && html` aria-current="true"`}><i class="swatch"></i>${name}</a>`)}</p>`}
${runsCharts(runs, ({ name }) => names.indexOf(name))}</main>`
}
