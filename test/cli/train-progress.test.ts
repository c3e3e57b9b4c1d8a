import { describe, expect, it } from 'vitest'
import { figure, stepLine, trainProgress } from '../../src/cli/train-progress.ts'
import type { StepMetrics } from '../../src/train/loop/events.ts'
import { capture } from './captured-context.ts'

const metrics: StepMetrics = {
  step: 12,
  steps: 120,
  epoch: 0.1,
  loss: 0.65123,
  accuracy: 0.625,
  pairAccuracy: 0.6,
  margin: 0.31,
  winnerVariance: 0.1234,
  learningRate: 4.6e-7,
  gradientNorm: 2,
  groups: 8,
  tokens: 60_000,
  tokensPerSecond: 9234,
}

describe('the line of a step', () => {
  it('has all that one looks for', () => {
    expect(stepLine(metrics, 90)).toBe(
      'step 12/120 (10%)  loss 0.651  accuracy 0.625  margin 0.310  variance 0.123  lr 4.6e-7  9234 tokens/s  1m 30s left',
    )
  })

  it('leaves out what a method does not have, and the time that nothing is known of', () => {
    const { accuracy: _a, margin: _m, winnerVariance: _w, ...rest } = metrics
    expect(stepLine({ ...rest, tokensPerSecond: 12_340 }, undefined)).toBe(
      'step 12/120 (10%)  loss 0.651  lr 4.6e-7  12.3k tokens/s',
    )
  })
})

describe('figures', () => {
  it.each([
    [0, '0.000'],
    [0.12345, '0.123'],
    [-12.345, '-12.3'],
    [1234.5, '1235'],
    [0.00001234, '1.23e-5'],
    [12_345_678, '1.23e+7'],
  ])('%f is %s', (value, text) => {
    expect(figure(value)).toBe(text)
  })
})

describe('progress', () => {
  const evaluation = {
    groups: 9,
    loss: 0.6,
    accuracy: 0.75,
    pairAccuracy: 0.7,
    margin: 1,
    winnerVariance: 0.5,
    byClass: {},
    byOperator: {},
  }

  it('elsewhere than on a terminal is JSON lines', () => {
    const { stream, text } = capture()
    const progress = trainProgress(stream)
    progress.report({ kind: 'evaluated', step: 0, evaluation: { preference: evaluation }, isBest: false })
    progress.report({ kind: 'step', ...metrics })
    progress.report({ kind: 'step', ...metrics, step: 13 })
    progress.stop()
    const lines = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ event, step }) => [event, step])).toEqual([
      ['evaluated', 0],
      ['step', 12],
      ['step', 13],
    ])
  })

  it('on a terminal keeps a line for each evaluation', () => {
    const { stream, text } = capture(true)
    const progress = trainProgress(stream)
    progress.report({ kind: 'step', ...metrics })
    progress.report({ kind: 'evaluated', step: 12, evaluation: { preference: evaluation }, isBest: true })
    progress.stop()
    expect(text()).toContain(
      'step 12: accuracy 0.750 (pairs 0.700), margin 1.000, winner variance 0.500, loss 0.600 of 9 groups, the best so far\n',
    )
  })
})
