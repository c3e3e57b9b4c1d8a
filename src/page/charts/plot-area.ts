/** Where a chart's figures lie, and what they reach from and to, in; places on the picture out. Pure. */

export type Point = readonly [x: number, y: number]

/** What lies around a point: an interval, or what several runs have. */
export type Range = readonly [x: number, low: number, high: number]

/** In units of the picture; figures lie within the edges. */
export interface PlotArea {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface Placing {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  /** `points` of an SVG line. */
  readonly line: (points: readonly Point[]) => string
  /** `points` of an SVG polygon around the ranges. */
  readonly outline: (band: readonly Range[]) => string
}

/** @param across, up the lowest and highest figure; where both are the same, `across` lies at the left edge */
export function placeOn(
  { width, height, left, right, top, bottom }: PlotArea,
  [lowX, highX]: readonly [number, number],
  [lowY, highY]: readonly [number, number],
): Placing {
  const x = (value: number) => round(left + ((value - lowX) / (highX - lowX || 1)) * (width - left - right))
  const y = (value: number) =>
    round(height - bottom - ((value - lowY) / (highY - lowY || 1)) * (height - top - bottom))
  const line = (points: readonly Point[]) => points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ')
  return {
    x,
    y,
    line,
    outline: (band) =>
      line([
        ...band.map(([px, low]): Point => [px, low]),
        ...band.toReversed().map(([px, , high]): Point => [px, high]),
      ]),
  }
}

const round = (value: number) => Math.round(value * 10) / 10

export function extent(values: readonly number[]): [low: number, high: number] {
  return [
    values.reduce((low, value) => Math.min(low, value), Infinity),
    values.reduce((high, value) => Math.max(high, value), -Infinity),
  ]
}
