/**
 * Series of figures in, a chart as SVG out: one line for each series, on common axes. It needs no script; the page's own
 * shows the values under the pointer.
 *
 * Figures that are no finite numbers break a line. Of more points than the chart has places, the lowest and highest of each
 * place are kept, so that no spike is lost.
 */
import { type Html, html } from '../html.ts'
import { extent, type Point, placeOn, type Range } from './plot-area.ts'
import { figureText, ticksOver } from './ticks.ts'

export interface Series {
  readonly name: string
  /** Ascending by x. */
  readonly points: readonly Point[]
  /** Ascending by x. */
  readonly band?: readonly Range[] | undefined
  /** Which of the page's colours, from 0 on: the same series has the same in every chart. */
  readonly colour: number
}

export interface LineChart {
  readonly title: string
  /** What the figures are, in one line. */
  readonly note?: string
  readonly series: readonly Series[]
  /** What is counted to the right, such as `steps`. */
  readonly across: string
}

export const COLOURS = 8

const AREA = { width: 480, height: 220, left: 52, right: 12, top: 10, bottom: 26 }
/** Points of a line that can be told apart on the chart, lowest and highest of each place. */
const PLACES = 200
/** So few points are seen one by one. */
const DOTTED = 24

export function lineChart({ title, note, series, across }: LineChart): Html {
  const shown = series.map((one) => ({ ...one, points: thinned(one.points) }))
  const finite = shown.flatMap(({ points }) => points.filter(isFinitePoint))
  if (finite.length === 0)
    return html`<figure class="chart"><figcaption><b>${title}</b></figcaption><p class="soft">No figures.</p></figure>`
  const [lowX, highX] = extent(finite.map(([x]) => x))
  const bands = shown.flatMap(({ band = [] }) => band.filter((range) => range.every(Number.isFinite)))
  const yTicks = ticksOver(
    ...widened(extent([...finite.map(([, y]) => y), ...bands.flatMap(([, low, high]) => [low, high])])),
    4,
  )
  const xTicks = ticksOver(lowX, highX, 5).filter((x) => x >= lowX && x <= highX)
  const [lowY, highY] = [yTicks[0]!, yTicks.at(-1)!]
  const at = placeOn(AREA, [lowX, highX], [lowY, highY])
  const frame = JSON.stringify({ lowX, highX, lowY, highY, ...AREA })
  return html`<figure class="chart">
<figcaption><b>${title}</b>${note !== undefined && html` <span class="soft">${note}</span>`}</figcaption>
<svg viewBox="0 0 ${AREA.width} ${AREA.height}" role="img" aria-label="${title}" data-chart="${frame}">
${yTicks.map(
  (
    y,
  ) => html`<line class="grid" x1="${AREA.left}" x2="${AREA.width - AREA.right}" y1="${at.y(y)}" y2="${at.y(y)}"/>
<text class="tick" x="${AREA.left - 8}" y="${at.y(y) + 3.5}" text-anchor="end">${figureText(y)}</text>`,
)}
${xTicks.map(
  (x) =>
    html`<text class="tick" x="${at.x(x)}" y="${AREA.height - AREA.bottom + 16}" text-anchor="middle">${figureText(x)}</text>`,
)}
<text class="tick" x="${AREA.left - 8}" y="${AREA.height - AREA.bottom + 16}" text-anchor="end">${across}</text>
${shown.map(({ band = [], colour }) => {
  const whole = band.filter((range) => range.every(Number.isFinite))
  return whole.length > 1 && html`<polygon class="band c${colour % COLOURS}" points="${at.outline(whole)}"/>`
})}
${shown.map(({ name, points, colour }) => {
  const runs = unbroken(points)
  return html`<g class="series c${colour % COLOURS}" data-name="${name}" data-points="${JSON.stringify(points)}">${runs.map(
    (run) => {
      const isDotted = run.length === 1 || points.length <= DOTTED
      return html`${run.length > 1 && html`<polyline class="line" points="${at.line(run)}"/>`}
${isDotted && run.map(([x, y]) => html`<circle class="dot" cx="${at.x(x)}" cy="${at.y(y)}" r="2.5"/>`)}`
    },
  )}</g>`
})}
</svg>
<ul class="legend">${shown.map(({ name, points, colour }) => {
    const last = points.findLast(isFinitePoint)
    return html`<li><i class="swatch c${colour % COLOURS}"></i>${name}${last && html` <span class="soft">${figureText(last[1])}</span>`}</li>`
  })}</ul>
</figure>`
}

const isFinitePoint = ([x, y]: Point) => Number.isFinite(x) && Number.isFinite(y)

/** A line that never changes runs through the middle. */
const widened = ([low, high]: readonly [number, number]): [low: number, high: number] =>
  low < high ? [low, high] : [low - (Math.abs(low) || 1), high + (Math.abs(high) || 1)]

/** The pieces between points that are no numbers. */
function unbroken(points: readonly Point[]): Point[][] {
  const runs: Point[][] = [[]]
  for (const point of points) {
    if (isFinitePoint(point)) runs.at(-1)!.push(point)
    else if (runs.at(-1)!.length > 0) runs.push([])
  }
  return runs.filter((run) => run.length > 0)
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= 2 * PLACES) return points
  const size = points.length / PLACES
  return Array.from({ length: PLACES }, (_, place) => {
    const here = points.slice(Math.floor(place * size), Math.floor((place + 1) * size))
    const finite = here.filter(isFinitePoint)
    if (finite.length === 0) return here.slice(0, 1)
    const low = finite.reduce((best, point) => (point[1] < best[1] ? point : best))
    const high = finite.reduce((best, point) => (point[1] > best[1] ? point : best))
    return low === high ? [low] : low[0] < high[0] ? [low, high] : [high, low]
  }).flat()
}
