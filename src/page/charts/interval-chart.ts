/** Named values with intervals around them in, a dot and a bar for each on one scale out. */
import { type Html, html } from '../html.ts'
import { figureText, ticksOver } from './ticks.ts'

export interface IntervalChart {
  readonly title: string
  readonly note?: string
  /** What the scale reaches over at least. */
  readonly low: number
  readonly high: number
  /** Where values should lie. */
  readonly aim?: number
  readonly rows: readonly IntervalRow[]
}

export interface IntervalRow {
  readonly name: string
  /** Undefined where it is not known. */
  readonly value: number | undefined
  readonly interval?: readonly [low: number, high: number]
}

const WIDTH = 480
const [LEFT, RIGHT, ROW, BOTTOM] = [140, 56, 26, 22]

export function intervalChart({ title, note, low, high, aim, rows }: IntervalChart): Html {
  const ticks = ticksOver(low, high, 4)
  const [least, most] = [ticks[0]!, ticks.at(-1)!]
  const place = (value: number) =>
    Math.round((LEFT + ((value - least) / (most - least)) * (WIDTH - LEFT - RIGHT)) * 10) / 10
  const height = rows.length * ROW + BOTTOM
  const bottom = height - BOTTOM
  return html`<figure class="chart"><figcaption><b>${title}</b>${note !== undefined && html` <span class="soft">${note}</span>`}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
${ticks.map((tick) => html`<line class="grid" x1="${place(tick)}" x2="${place(tick)}" y1="0" y2="${bottom}"/><text class="tick" x="${place(tick)}" y="${height - 6}" text-anchor="middle">${figureText(tick)}</text>`)}
${aim !== undefined && html`<line class="cross" x1="${place(aim)}" x2="${place(aim)}" y1="0" y2="${bottom}"/>`}
${rows.map(({ name, value, interval }, index) => {
  const y = index * ROW + ROW / 2
  return html`<text class="tick" x="${LEFT - 12}" y="${y + 3.5}" text-anchor="end">${name}</text>
${interval && html`<line class="interval c1" x1="${place(interval[0])}" x2="${place(interval[1])}" y1="${y}" y2="${y}"/>`}
${value !== undefined && html`<circle class="dot c1" cx="${place(value)}" cy="${y}" r="4"/>`}
<text class="tick value" x="${WIDTH}" y="${y + 3.5}" text-anchor="end">${value === undefined ? '–' : figureText(Number(value.toFixed(3)))}</text>`
})}
</svg></figure>`
}
