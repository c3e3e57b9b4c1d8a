/** Tables and what they come from in, one HTML file out that needs nothing else, for dark and light screens. Pure. */
import type { ModelFigures } from './collect-figures.ts'
import { type Cell, type PaperTable, percent } from './paper-tables.ts'

export function tablesAsPage(tables: readonly PaperTable[], models: readonly ModelFigures[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(titleOf(models))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(titleOf(models))}</h1>
<p>pass@1 in percent. Below each figure stands its interval in 95 of 100 cases; that of an average is the mean of its
intervals. The deeper the colour, the higher the figure. The best of a column is bold.</p>
${tables.map(tableAsHtml).join('\n')}
<section>
<h2>What was asked, and how</h2>
<div class="wide"><table class="plain">
<thead><tr>${['Model', 'Benchmark', 'Answers', 'Problems', 'Answers asked', 'Judged', 'Passed', 'Not given', 'Not judged', 'Cut off'].map((name) => `<th>${name}</th>`).join('')}</tr></thead>
<tbody>
${models.map(modelRow).join('\n')}
</tbody></table></div>
</section>
</main>
</body>
</html>
`
}

const titleOf = (models: readonly ModelFigures[]) => [...new Set(models.map(({ model }) => model))].join(', ')

function tableAsHtml({ title, head, rows, notes }: PaperTable): string {
  const names = head.length - rows[0]!.cells.length
  const groups = [...Map.groupBy(rows, ({ group }) => group).values()]
  const body = groups.map((own) => {
    const best = own[0]!.cells.map((_, column) =>
      Math.max(...own.map(({ cells }) => shareOf(cells[column]!))),
    )
    return `<tbody>
${own
  .map(({ group, name, cells }, index) => {
    const label =
      names === 2 && index === 0 ? `<th scope="rowgroup" rowspan="${own.length}">${escaped(group)}</th>` : ''
    const figures = cells.map((cell, column) =>
      cellAsHtml(cell, own.length > 1 && best[column]! >= 0 && shareOf(cell) === best[column]),
    )
    return `<tr>${label}<th scope="row">${escaped(name)}</th>${figures.join('')}</tr>`
  })
  .join('\n')}
</tbody>`
  })
  return `<section>
<h2>${escaped(title)}</h2>
<div class="wide"><table>
<thead><tr>${head.map((name, index) => `<th scope="col"${index < names ? ' class="text"' : ''}>${escaped(name)}</th>`).join('')}</tr></thead>
${body.join('\n')}
</table></div>
${notes.length > 0 ? `<ul>\n${notes.map((note) => `<li>${escaped(note)}</li>`).join('\n')}\n</ul>` : ''}
</section>`
}

/** What is marked leaves something out, and is the best of nothing. */
const shareOf = (cell: Cell) => (cell.kind === 'figure' && !cell.isMarked ? cell.value : -1)

function cellAsHtml(cell: Cell, isBest: boolean): string {
  if (cell.kind === 'none') return '<td class="none">-</td>'
  if (cell.kind === 'missing') return '<td class="missing">no result</td>'
  const { value, low, high, isMarked } = cell
  return `<td style="--share:${Math.round(100 * value)}%"${isBest ? ' class="best"' : ''}>${percent(value)}${isMarked ? '*' : ''}<small>${percent(low)}–${percent(high)}</small></td>`
}

function modelRow({ model, benchmark, folder, config, figures }: ModelFigures): string {
  const sum = (of: (figure: ModelFigures['figures'][number]) => number) =>
    figures.reduce((total, figure) => total + of(figure), 0)
  const { answers } = config
  const how = [
    answers.kind === 'endpoint'
      ? `${answers.model} at ${answers.url}`
      : answers.kind === 'model'
        ? answers.folder
        : answers.path,
    answers.prompt,
    ...(answers.kind === 'file'
      ? []
      : [`temperature ${answers.temperature}`, `at most ${answers.maxTokens} tokens`]),
    `${answers.samples} of each`,
  ]
  const counts = [
    sum(({ problems }) => problems),
    sum(({ asked }) => asked),
    sum(({ judged }) => judged),
    sum(({ passed }) => passed),
    sum(({ unanswered }) => unanswered),
    sum(({ asked, judged, unanswered }) => asked - judged - unanswered),
    sum(({ cut }) => cut),
  ]
  const texts = [model, `${benchmark} (${folder})`, how.join(', ')]
  return `<tr>${texts.map((text) => `<td class="text">${escaped(text)}</td>`).join('')}${counts.map((count) => `<td>${count}</td>`).join('')}</tr>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!)

const STYLE = `
:root { --ink: #1b1f24; --paper: #fff; --line: #d5dae0; --soft: #5b6470; --hue: #2f7dd1; --warn: #a4501a }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #14171b; --line: #343b44; --soft: #9aa4b0; --hue: #3f8fe4; --warn: #f0a56b }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif }
main { max-width: 84rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.5rem; margin: 0 0 .5rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem }
p, ul { max-width: 60rem; color: var(--soft); margin: .4rem 0 }
li { margin: .2rem 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top }
thead th { font-weight: 600; border-bottom: 2px solid var(--line) }
th[scope=row], th[scope=rowgroup], .text, .plain th:nth-child(-n+3) { text-align: left }
th[scope=row] { font-weight: 500 }
tbody + tbody tr:first-child > * { border-top: 2px solid var(--line) }
td[style] { background: color-mix(in srgb, var(--hue) calc(var(--share) * .35), transparent) }
td.best { font-weight: 700 }
small { display: block; font-size: .72em; font-weight: 400; color: var(--soft) }
.none, .missing { color: var(--soft) }
.missing { color: var(--warn) }
td.text { white-space: normal; min-width: 10rem; overflow-wrap: anywhere }
`
