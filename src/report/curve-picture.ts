/**
 * One figure of several runs in, a picture for a README out: an SVG that stands alone, each line named at its end, in
 * colours that those who are colour-blind tell apart (Okabe and Ito), for light and dark paper. Of a figure of every step,
 * which hides its course by its noise, each point is the mean of some steps.
 */
import { extent, type Point, placeOn, type Range } from '../page/charts/plot-area.ts'
import { figureText, ticksOver } from '../page/charts/ticks.ts'
import { html } from '../page/html.ts'
import type { RunView } from './read-run.ts'
import { figureOf, type ShownFigure } from './shown-figures.ts'

const [WIDTH, HEIGHT] = [760, 400]
const [LEFT, TOP, BOTTOM] = [56, 56, 44]
const NAME_HEIGHT = 17
/** Of a line whose figures come with every step. */
const MOST_POINTS = 30

const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #4a4f57 }
.title { font-size: 16px; font-weight: 600; fill: #1d2024 } .name { font-weight: 600; fill: var(--hue) }
.grid { stroke: #e4e5e6 } .line { fill: none; stroke: var(--hue); stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round }
.band { fill: var(--hue); opacity: .13 } .dot { fill: var(--hue) } .lead { stroke: var(--hue); opacity: .5 }
.c0 { --hue: #0072b2 } .c1 { --hue: #d55e00 } .c2 { --hue: #009e73 } .c3 { --hue: #a8487f }
.c4 { --hue: #8a6d00 } .c5 { --hue: #2a86bd } .c6 { --hue: #5a5a5a } .c7 { --hue: #7a3b0e }
@media (prefers-color-scheme: dark) {
  text { fill: #a9b0ba } .title { fill: #e6e8eb } .grid { stroke: #33383f }
  .c0 { --hue: #56b4e9 } .c1 { --hue: #ff8f3f } .c2 { --hue: #2fd0a2 } .c3 { --hue: #e79ac6 }
  .c4 { --hue: #f0e442 } .c5 { --hue: #9fd4f5 } .c6 { --hue: #c4c9d0 } .c7 { --hue: #d99a6c }
}`

/** Colours that the picture has; more lines than that cannot be told apart. */
export const PICTURE_COLOURS = 8

interface Line {
  readonly name: string
  readonly points: readonly Point[]
  readonly band: readonly Range[]
  readonly colour: number
}

/**
 * @param runs at most {@link PICTURE_COLOURS}
 * @returns undefined where none of them has the figure
 */
export function curvePicture(runs: readonly RunView[], figure: ShownFigure): string | undefined {
  const found = runs.map((run) => figureOf(run, figure))
  const steps =
    figure.kind === 'train'
      ? Math.ceil(Math.max(...found.map((one) => one?.points.length ?? 0)) / MOST_POINTS)
      : 1
  const lines = runs.flatMap(({ name }, colour): Line[] => {
    const { points, band = [] } = found[colour] ?? { points: [] }
    return points.length === 0
      ? []
      : [{ name, colour, points: averaged(points, steps), band: steps === 1 ? band : [] }]
  })
  if (lines.length === 0) return undefined
  const note = [figure.note, steps > 1 && `each point is the mean of ${steps} steps`]
    .filter(Boolean)
    .join('; ')
  const right = 26 + Math.max(...lines.map(({ name }) => nameWidth(name)))
  const [lowX, highX] = extent(lines.flatMap(({ points }) => points.map(([x]) => x)))
  const ys = lines.flatMap(({ points, band }) => [
    ...points.map(([, y]) => y),
    ...band.flatMap(([, low, high]) => [low, high]),
  ])
  const [least, most] = extent(ys)
  const yTicks = ticksOver(figure.isShare ? Math.min(0, least) : least, most, 5)
  const xTicks = ticksOver(lowX, highX, 6).filter((x) => x >= lowX && x <= highX)
  const [lowY, highY] = [yTicks[0]!, yTicks.at(-1)!]
  const at = placeOn(
    { width: WIDTH, height: HEIGHT, left: LEFT, right, top: TOP, bottom: BOTTOM },
    [lowX, highX],
    [lowY, highY],
  )
  const tickText = (y: number) =>
    figure.isShare ? `${figureText(Number((100 * y).toPrecision(6)))}%` : figureText(y)
  const ends = spread(lines.map(({ points }) => at.y(points.at(-1)![1])))
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${figure.title} by step">
<style>${STYLE}</style>
<text class="title" x="${LEFT}" y="22">${capital(figure.title)}</text>
${note !== '' && html`<text x="${LEFT}" y="41">${note}</text>`}
${yTicks.map(
  (y) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - right}" y1="${at.y(y)}" y2="${at.y(y)}"/>
<text x="${LEFT - 9}" y="${at.y(y) + 4.5}" text-anchor="end">${tickText(y)}</text>`,
)}
${xTicks.map((x) => html`<text x="${at.x(x)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${figureText(x)}</text>`)}
<text x="${(LEFT + WIDTH - right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">steps</text>
${lines.map(({ band, colour }) => band.length > 1 && html`<polygon class="band c${colour}" points="${at.outline(band)}"/>`)}
${lines.map(({ name, points, colour }, i) => {
  const [x, y] = [at.x(points.at(-1)![0]), at.y(points.at(-1)![1])]
  return html`<g class="c${colour}"><polyline class="line" points="${at.line(points)}"/><circle class="dot" cx="${x}" cy="${y}" r="3.5"/>
${Math.abs(ends[i]! - y) > 2 && html`<line class="lead" x1="${x + 5}" y1="${y}" x2="${WIDTH - right + 11}" y2="${ends[i]!}"/>`}
<text class="name" x="${WIDTH - right + 14}" y="${ends[i]! + 4.5}">${name}</text></g>`
})}
</svg>
`.toString()
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** A mean stands at the last of its steps; the last one may have fewer. */
function averaged(points: readonly Point[], steps: number): readonly Point[] {
  if (steps === 1) return points
  return Array.from({ length: Math.ceil(points.length / steps) }, (_, i) => {
    const part = points.slice(i * steps, (i + 1) * steps)
    return [part.at(-1)![0], part.reduce((sum, [, y]) => sum + y, 0) / part.length]
  })
}

/** In bold letters of 13 pixels, and rather too much: which of the fonts there is, is not known here. */
const nameWidth = (name: string) =>
  [...name].reduce(
    (sum, letter) => sum + (/[ijlft.,:;'|! ]/.test(letter) ? 5.5 : /[a-z]/.test(letter) ? 8.8 : 11),
    0,
  )

/** Heights of names, each as near its line's end as its neighbours let it be. */
function spread(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!)
  const placed = new Array<number>(heights.length)
  let above = Number.NEGATIVE_INFINITY
  for (const i of order) {
    placed[i] = Math.max(heights[i]!, above + NAME_HEIGHT)
    above = placed[i]
  }
  // What was pushed below the picture goes up again, and takes along what is in its way.
  let below = HEIGHT - BOTTOM + NAME_HEIGHT / 2
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, below)
    below = placed[i] - NAME_HEIGHT
  }
  return placed
}
