/** Charts: figures in, SVG out. */
import { describe, expect, it } from 'vitest'
import { barChart } from '../../../src/page/charts/bar-chart.ts'
import { lineChart } from '../../../src/page/charts/line-chart.ts'
import type { Point } from '../../../src/page/charts/plot-area.ts'
import { figureText, ticksOver } from '../../../src/page/charts/ticks.ts'

describe('ticksOver', () => {
  it.each([
    { low: 0.13, high: 0.97, count: 4, ticks: [0, 0.25, 0.5, 0.75, 1] },
    { low: 0, high: 0.3, count: 3, ticks: [0, 0.1, 0.2, 0.3] },
    { low: -3, high: 12, count: 4, ticks: [-5, 0, 5, 10, 15] },
    { low: 7, high: 7, count: 2, ticks: [5, 10] },
    { low: 0, high: 0, count: 4, ticks: [0, 0.25] },
  ])('from $low to $high', ({ low, high, count, ticks }) => {
    expect(ticksOver(low, high, count)).toEqual(ticks)
  })
})

describe('figureText', () => {
  it.each([
    [0, '0'],
    [0.5, '0.5'],
    [1234, '1234'],
    [12_345, '12.3k'],
    [3_000_000, '3M'],
    [2e-5, '2e-5'],
    [-0.25, '-0.25'],
  ])('writes %d as %s', (value, text) => {
    expect(figureText(value)).toBe(text)
  })
})

const lines = (points: readonly Point[]) =>
  lineChart({ title: 'loss', across: 'steps', series: [{ name: 'a', points, colour: 0 }] }).toString()

describe('lineChart', () => {
  it('draws a line through the points', () => {
    expect(
      lines([
        [0, 1],
        [10, 0],
      ]),
    ).toContain('points="52,10 468,194"')
  })

  it('breaks a line where there is no number, and shows a lone point as a dot', () => {
    const many = Array.from({ length: 40 }, (_, step): Point => [step, step % 3])
    const made = lines([...many, [40, Number.NaN], [41, 1], [42, Number.NaN]])
    expect(made.match(/<polyline/g)).toHaveLength(1)
    expect(made.match(/<circle/g)).toHaveLength(1)
  })

  it('leads a line that never changes through the middle', () => {
    expect(
      lines([
        [0, 3],
        [9, 3],
      ]),
    ).toContain('points="52,102 468,102"')
  })

  it('keeps the spike among very many points', () => {
    const points = Array.from({ length: 100_000 }, (_, step): Point => [step, step === 54_321 ? 99 : 1])
    const made = lines(points)
    expect(made).toContain('[54321,99]')
    expect(made.length).toBeLessThan(20_000)
  })

  it('says so where there is nothing to draw', () => {
    expect(lines([])).toContain('No figures.')
    expect(lines([[0, Number.NaN]])).toContain('No figures.')
  })

  it('takes names for text', () => {
    const name = '<img src=x onerror=alert(1)>'
    const made = lineChart({ title: name, across: name, series: [{ name, points: [[0, 1]], colour: 0 }] })
    expect(made.toString()).not.toContain('<img')
  })
})

describe('barChart', () => {
  it('gives the longest bar the whole width, and a small one a trace', () => {
    const rows = [
      { name: 'many', values: [4000] },
      { name: 'few', values: [1] },
      { name: 'none', values: [0] },
    ]
    const widths = [
      ...barChart({ title: 't', rows })
        .toString()
        .matchAll(/<rect[^>]* width="([\d.]+)%"/g),
    ]
    expect(widths.map(([, width]) => Number(width))).toEqual([100, 0.5, 0])
  })
})
