/** Runs in, their curves beside each other out: a chart for each figure, a line for each run. Markup alone. */
import { countText } from '../page/charts/bar-chart.ts'
import { COLOURS, lineChart } from '../page/charts/line-chart.ts'
import { standalonePage } from '../page/document.ts'
import { type Html, html } from '../page/html.ts'
import { mistakesSection } from './mistakes.ts'
import type { RunView } from './read-run.ts'
import { samplesSection } from './samples.ts'
import { cellText, columnsOf, differingOptions, figureOf, HIDDEN, INTERVALS, SHOWN } from './shown-figures.ts'

/** Kinds of lines with what their charts are called, in the order of the page; others come behind them. */
const KINDS: Readonly<Record<string, string>> = { evaluation: 'Evaluation', train: 'Training' }
/** @param colourOf a run has the same colour wherever it is shown */
export function runsCharts(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const kinds = [
    ...new Set([...Object.keys(KINDS), ...runs.flatMap(({ figures }) => figures.map(({ kind }) => kind))]),
  ]
  return html`${runs.length > COLOURS && html`<p class="note">There are ${COLOURS} colours: runs beyond them share one. Choose fewer runs.</p>`}
${runsTable(runs, colourOf)}
<p class="soft">In brackets, and as bands: ${INTERVALS}.</p>
${kinds.map((kind) => kindCharts(kind, runs, colourOf))}
${samplesSection(runs, colourOf)}
${mistakesSection(runs, colourOf)}
${optionsTable(runs, colourOf)}`
}

function kindCharts(kind: string, runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const names = [
    ...new Set(
      runs.flatMap(({ figures }) => figures.filter((one) => one.kind === kind).map(({ name }) => name)),
    ),
  ]
  if (names.length === 0) return html``
  const known = (name: string) => SHOWN.findIndex((one) => one.kind === kind && one.name === name)
  const rank = (name: string) => (known(name) < 0 ? SHOWN.length : known(name))
  const ordered = names.filter((name) => !HIDDEN.has(name)).toSorted((a, b) => rank(a) - rank(b))
  const chart = (name: string) => {
    const { title = name, note } = SHOWN[known(name)] ?? {}
    return lineChart({
      title,
      ...(note !== undefined && { note }),
      across: 'steps',
      series: runs.flatMap((run) => {
        const figure = figureOf(run, { kind, name })
        if (figure === undefined) return []
        return [{ name: run.name, points: figure.points, band: figure.band, colour: colourOf(run) }]
      }),
    })
  }
  const first = ordered.filter((name) => known(name) >= 0)
  const further = ordered.filter((name) => known(name) < 0)
  return html`<h2>${KINDS[kind] ?? kind}</h2>
<div class="charts">${first.map(chart)}</div>
${further.length > 0 && html`<details class="further"${first.length === 0 && html` open`}><summary>${further.length} further figures</summary><div class="charts">${further.map(chart)}</div></details>`}`
}

function runsTable(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const columns = columnsOf(runs)
  return html`<div class="wide"><table class="runs"><thead><tr><th>Run</th><th class="number">Step</th>${columns.map(({ title, note = '' }) => html`<th class="number" title="${note}">${title}</th>`)}</tr></thead><tbody>
${runs.map((run) => html`<tr><td title="${run.folder}"><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</td><td class="number">${countText(run.step)}${run.steps !== undefined && run.steps !== run.step && html` <span class="soft">of ${countText(run.steps)}</span>`}</td>${columns.map((column) => html`<td class="number">${cellText(run, column)}</td>`)}</tr>`)}</tbody></table></div>`
}

/** Options that not all runs have alike. */
function optionsTable(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  if (runs.length < 2) return html``
  const differing = differingOptions(runs)
  if (differing.length === 0) return html``
  return html`<h2>Options that differ</h2><div class="wide"><table class="runs"><thead><tr><th>Option</th>${runs.map((run) => html`<th><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</th>`)}</tr></thead><tbody>
${differing.map(({ name, values }) => html`<tr><td class="mono">${name}</td>${values.map((value) => html`<td class="mono">${value ?? '–'}</td>`)}</tr>`)}</tbody></table></div>`
}

/** One file with the runs in it, that opens from anywhere. */
export function runsReport(title: string, runs: readonly RunView[]): string {
  const body = html`<main><h1>${title}</h1>${runsCharts(runs, (run) => runs.indexOf(run))}</main>`
  return standalonePage({ title, body, style: RUNS_STYLE })
}

/** Beside the common style. */
export const RUNS_STYLE = `
.runs { width: 100%; font-size: 13px } .runs th { text-align: left; font-size: 12px; color: var(--soft); padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--strong-line); white-space: nowrap }
.runs td { padding: .35rem 1rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere } .runs th.number { text-align: right }
.runs td:first-child { white-space: nowrap } .further { margin-top: 1rem } .further > summary { color: var(--accent); cursor: pointer; margin-bottom: .8rem }
.sample { margin-bottom: 1rem } .sample > header { display: flex; gap: 1rem; align-items: baseline; padding: .55rem 1rem; border-bottom: 1px solid var(--line) } .sample h3 { font-size: .9rem }
.sample summary { cursor: pointer; color: var(--soft); font-size: 12.5px } .sample .prompt { padding: .4rem 1rem; border-bottom: 1px solid var(--line) }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)) } .answers section { padding: .5rem 1rem .8rem; min-width: 0 } .answers h4 { margin: 0; font-size: 12.5px } .answers p { font-size: 12px; margin: .1rem 0 .3rem } .answers pre { max-height: 22rem; overflow: auto }
`
