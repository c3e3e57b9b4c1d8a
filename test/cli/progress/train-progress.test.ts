import { describe, expect, it } from 'vitest'
import { stepLine, trainProgress } from '../../../src/cli/progress/train-progress.ts'
import { figure } from '../../../src/cli/render/evaluation-text.ts'
import type { StepMetrics } from '../../../src/train/run/events.ts'
import { capture } from '../captured-context.ts'

const metrics: StepMetrics = {
  step: 12,
  steps: 120,
  epoch: 0.1,
  loss: 0.65123,
  accuracy: 0.625,
  pairAccuracy: 0.6,
  margin: 0.31,
  winnerVariance: 0.1234,
  winnerScore: -0.05,
  loserScore: -0.36,
  learningRate: 4.6e-7,
  gradientNorm: 2,
  groups: 8,
  tokens: 60_000,
  tokensPerSecond: 9234,
}

describe('the line of a step', () => {
  it('has all that one looks for', () => {
    expect(stepLine(metrics, 90)).toBe(
      'step 12/120 (10%)  loss 0.651  accuracy 0.625  margin 0.310 (winners -0.050)  variance 0.123  lr 4.6e-7  9234 tokens/s  1m 30s left',
    )
  })

  it('leaves out what a method does not have, and the time that nothing is known of', () => {
    const { accuracy: _a, margin: _m, winnerVariance: _w, winnerScore: _s, loserScore: _l, ...rest } = metrics
    expect(stepLine({ ...rest, tokensPerSecond: 12_340 }, undefined)).toBe(
      'step 12/120 (10%)  loss 0.651  lr 4.6e-7  12.3k tokens/s',
    )
  })
})

const answers = {
  answers: 60,
  passRate: 0.75,
  responseTokens: 40,
  truncated: 0.05,
  unjudged: 4,
  outcomes: { passed: 45, 'wrong-answer': 12, truncated: 3 },
  byPair: { 'python to bash': { answers: 60, passRate: 0.75 } },
}

describe('the line of a step that answers tasks', () => {
  it('says how many passed and how far the model is from its reference', () => {
    const { accuracy: _a, margin: _m, winnerVariance: _w, winnerScore: _s, loserScore: _l, ...rest } = metrics
    const rollout = {
      ...answers,
      reward: 0.75,
      kl: 0.0123,
      clipShare: 0,
      entropy: 1.2,
      seconds: { train: 3 },
    }
    expect(stepLine({ ...rest, rollout }, undefined)).toBe(
      'step 12/120 (10%)  loss 0.651  passed 0.750  KL 0.012  lr 4.6e-7  9234 tokens/s',
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
    winnerScore: 0.25,
    loserScore: -0.75,
    winnerLogProb: -0.1,
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

  it('on a terminal says what tasks there are, and how many a model solves', () => {
    const { stream, text } = capture(true)
    const progress = trainProgress(stream)
    const survey = { tasks: 90, longestPrompt: 512, dropped: { 'overlong-prompt': 2 } }
    progress.report({ kind: 'tasks', split: 'train', survey })
    progress.report({ kind: 'phase', phase: 'answers', done: 3, total: 64 })
    progress.report({ kind: 'evaluated', step: 0, evaluation: { translation: answers }, isBest: false })
    progress.stop()
    expect(text()).toContain(
      'train: 90 tasks, the longest prompt 512 tokens; 2 tasks dropped: overlong-prompt\n',
    )
    expect(text()).toContain('3/64 answers judged')
    expect(text()).toContain('step 0: passed 0.750 of 60 tasks (truncated 0.050, 4 not judged)\n')
  })

  it('on a terminal keeps a line for each evaluation', () => {
    const { stream, text } = capture(true)
    const progress = trainProgress(stream)
    progress.report({ kind: 'step', ...metrics })
    progress.report({ kind: 'evaluated', step: 12, evaluation: { preference: evaluation }, isBest: true })
    progress.stop()
    expect(text()).toContain(
      'step 12: accuracy 0.750 (pairs 0.700), margin 1.000 (winners 0.250), winner variance 0.500, loss 0.600 of 9 groups, the best so far\n',
    )
  })
})
