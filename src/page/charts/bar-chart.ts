/** Named numbers in, a table with a bar beside each out; several columns of numbers stand below each other in a row. */
import { type Html, html } from '../html.ts'

export interface BarChart {
  readonly title: string
  readonly note?: string
  /** Names of the numbers of a row; one alone needs none. */
  readonly columns?: readonly string[]
  readonly rows: readonly BarRow[]
  /** How a number is written. */
  readonly format?: (value: number) => string
}

export interface BarRow {
  readonly name: string
  /** Where the name leads to. */
  readonly href?: string
  /** As many as there are columns. */
  readonly values: readonly number[]
}

const grouped = new Intl.NumberFormat('en')

/** A whole number as people read it: 300,000. */
export const countText = (count: number): string => grouped.format(count)

export function barChart({ title, note, columns = [], rows, format = countText }: BarChart): Html {
  const most = rows.reduce((high, { values }) => Math.max(high, ...values.filter(Number.isFinite)), 0)
  const share = (value: number) => (most > 0 && value > 0 ? Math.max(0.5, (100 * value) / most) : 0)
  return html`<figure class="chart bars">
<figcaption><b>${title}</b>${note !== undefined && html` <span class="soft">${note}</span>`}</figcaption>
${columns.length > 1 && html`<ul class="legend">${columns.map((name, index) => html`<li><i class="swatch c${index}"></i>${name}</li>`)}</ul>`}
${rows.length === 0 && html`<p class="soft">Nothing.</p>`}
<table>${rows.map(
    ({
      name,
      href,
      values,
    }) => html`<tr><th scope="row">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</th>
<td class="bar">${values.map((value, index) => html`<svg width="100%" height="${values.length > 1 ? 7 : 12}" aria-hidden="true"><rect class="c${index}" width="${share(value).toFixed(2)}%" height="100%" rx="1.5"/></svg>`)}</td>
<td class="number">${values.map((value, index) => html`${index > 0 && html`<br>`}${Number.isFinite(value) ? format(value) : '–'}`)}</td></tr>`,
  )}</table>
</figure>`
}
