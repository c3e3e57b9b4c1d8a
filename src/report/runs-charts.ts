/** Runs in, their curves beside each other out: a chart for each figure, a line for each run. Markup alone. */
import { countText } from '../page/charts/bar-chart.ts'
import { COLOURS, lineChart } from '../page/charts/line-chart.ts'
import { standalonePage } from '../page/document.ts'
import { type Html, html } from '../page/html.ts'
import type { RunFigure, RunView } from './read-run.ts'
import { samplesSection } from './samples.ts'

/** Kinds of lines with what their charts are called, in the order of the page; others come behind them. */
const KINDS: Readonly<Record<string, string>> = { evaluation: 'Evaluation', train: 'Training' }
/** Figures that come first, since one asks for them first. */
const FIRST = [
  'loss',
  'accuracy',
  'pairAccuracy',
  'margin',
  'winnerVariance',
  'translation.passRate',
  'rollout.passRate',
]
/** Figures of parts of the data: many, and folded. */
const PARTS = /(?:^|\.)by[A-Z]|(?:^|\.)outcomes\./

/** @param colourOf a run has the same colour wherever it is shown */
export function runsCharts(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const kinds = [
    ...new Set([...Object.keys(KINDS), ...runs.flatMap(({ figures }) => figures.map(({ kind }) => kind))]),
  ]
  return html`${runs.length > COLOURS && html`<p class="note">There are ${COLOURS} colours: runs beyond them share one. Choose fewer runs.</p>`}
${runsTable(runs, colourOf)}
${kinds.map((kind) => kindCharts(kind, runs, colourOf))}
${samplesSection(runs, colourOf)}
${optionsTable(runs, colourOf)}`
}

function kindCharts(kind: string, runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const names = [
    ...new Set(
      runs.flatMap(({ figures }) => figures.filter((one) => one.kind === kind).map(({ name }) => name)),
    ),
  ]
  if (names.length === 0) return html``
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)
  const ordered = names.toSorted((a, b) => rank(a) - rank(b))
  const chart = (name: string) =>
    lineChart({
      title: name,
      across: 'steps',
      series: runs.flatMap((run) => {
        const figure = run.figures.find((one) => one.kind === kind && one.name === name)
        return figure === undefined ? [] : [{ name: run.name, points: figure.points, colour: colourOf(run) }]
      }),
    })
  const parts = ordered.filter((name) => PARTS.test(name))
  return html`<h2>${KINDS[kind] ?? kind}</h2>
<div class="charts">${ordered.filter((name) => !PARTS.test(name)).map(chart)}</div>
${parts.length > 0 && html`<details class="parts"><summary>${parts.length} figures of parts: by class, operator, pair of languages, outcome</summary><div class="charts">${parts.map(chart)}</div></details>`}`
}

function runsTable(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const last = (run: RunView, kind: string, name: string): RunFigure['points'][number] | undefined =>
    run.figures.find((one) => one.kind === kind && one.name === name)?.points.at(-1)
  return html`<div class="wide"><table class="runs"><thead><tr><th>Run</th><th class="number">Step</th>${LAST.map(([, , title]) => html`<th class="number">${title}</th>`)}</tr></thead><tbody>
${runs.map((run) => html`<tr><td title="${run.folder}"><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</td><td class="number">${countText(run.step)}${run.steps !== undefined && html` <span class="soft">of ${countText(run.steps)}</span>`}</td>${LAST.map(([kind, name]) => html`<td class="number">${last(run, kind, name)?.[1].toPrecision(4) ?? '–'}</td>`)}</tr>`)}</tbody></table></div>`
}

const LAST = [
  ['train', 'loss', 'last loss'],
  ['evaluation', 'accuracy', 'accuracy'],
  ['evaluation', 'winnerVariance', 'winners’ variance'],
  ['evaluation', 'translation.passRate', 'answers that pass'],
] as const

/** Options that not all runs have alike. */
function optionsTable(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  if (runs.length < 2) return html``
  const names = [...new Set(runs.flatMap(({ options }) => [...options.keys()]))]
  const differing = names.filter((name) => new Set(runs.map(({ options }) => options.get(name))).size > 1)
  if (differing.length === 0) return html``
  return html`<h2>Options that differ</h2><div class="wide"><table class="runs"><thead><tr><th>Option</th>${runs.map((run) => html`<th><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</th>`)}</tr></thead><tbody>
${differing.map((name) => html`<tr><td class="mono">${name}</td>${runs.map(({ options }) => html`<td class="mono">${options.get(name) ?? '–'}</td>`)}</tr>`)}</tbody></table></div>`
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
.parts { margin-top: 1rem } .parts > summary { color: var(--accent); cursor: pointer; margin-bottom: .8rem }
.sample { margin-bottom: 1rem } .sample > header { display: flex; gap: 1rem; align-items: baseline; padding: .55rem 1rem; border-bottom: 1px solid var(--line) } .sample h3 { font-size: .9rem }
.sample summary { cursor: pointer; color: var(--soft); font-size: 12.5px } .sample .prompt { padding: .4rem 1rem; border-bottom: 1px solid var(--line) }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)) } .answers section { padding: .5rem 1rem .8rem; min-width: 0 } .answers h4 { margin: 0; font-size: 12.5px } .answers p { font-size: 12px; margin: .1rem 0 .3rem } .answers pre { max-height: 22rem; overflow: auto }
`
