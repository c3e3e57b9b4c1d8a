/** Named numbers in, a table with a bar beside each out; several columns of numbers stand below each other in a row. */
import { type Html, html } from '../html.ts'

export interface BarChart {
  readonly title: string
  readonly note?: string
  /** Names of the numbers of a row; one alone needs none. */
  readonly columns?: readonly string[]
  readonly rows: readonly BarRow[]
  /** What the longest bar stands for, where charts beside each other have one scale. */
  readonly most?: number
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

export function barChart({ title, note, columns = [], rows, most, format = countText }: BarChart): Html {
  const longest =
    most ?? rows.reduce((high, { values }) => Math.max(high, ...values.filter(Number.isFinite)), 0)
  const share = (value: number) => (longest > 0 && value > 0 ? Math.max(0.5, (100 * value) / longest) : 0)
  const hue = (index: number) => (columns.length > 1 ? `side${index}` : 'only')
  return html`<figure class="chart bars">
<figcaption><b>${title}</b>${note !== undefined && html` <span class="soft">${note}</span>`}</figcaption>
${columns.length > 1 && html`<ul class="legend">${columns.map((name, index) => html`<li><i class="swatch ${hue(index)}"></i>${name}</li>`)}</ul>`}
${rows.length === 0 && html`<p class="soft">Nothing.</p>`}
<table>${rows.map(
    ({
      name,
      href,
      values,
    }) => html`<tr><th scope="row" title="${name}">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</th>
<td class="bar">${values.map((value, index) => html`<svg width="100%" height="${values.length > 1 ? 7 : 12}" aria-hidden="true"><rect class="${hue(index)}" width="${share(value).toFixed(2)}%" height="100%" rx="1.5"/></svg>`)}</td>
<td class="number">${values.map((value, index) => html`${index > 0 && html`<br>`}${Number.isFinite(value) ? format(value) : '–'}`)}</td></tr>`,
  )}</table>
</figure>`
}
