import { describe, expect, it } from 'vitest'
import { type AnswerLine, type RunResult, tabulate } from '../../bench/small-compilers/tabulate.ts'

const figures = { tasks: 4, equalRate: 0, shares: { malformed: 0 } }
const run = (arm: string, seed: number, greedy: readonly string[], drawn: readonly string[]) => ({
  result: {
    arm,
    options: {},
    seed,
    split: 'test',
    steps: 1,
    tokens: 10,
    seconds: 1,
    model: 'm',
    preference: { accuracy: seed / 2, pairAccuracy: 0.5, margin: 0, winnerVariance: 0, winnerScore: 0 },
    compile: { greedy: figures, drawn: figures },
  } satisfies RunResult,
  answers: [
    ...greedy.map((kind, group): AnswerLine => ({ group: `g${group}`, how: 'greedy', verdict: { kind } })),
    ...drawn.flatMap((kinds, group) =>
      kinds.split(' ').map((kind): AnswerLine => ({ group: `g${group}`, how: 'drawn', verdict: { kind } })),
    ),
  ],
})

const [start, arm] = tabulate(
  [
    run('start', 1, ['differs', 'differs', 'malformed', 'equal'], ['equal', 'differs', 'differs', 'differs']),
    run('gepo', 1, ['equal', 'differs', 'equal', 'unjudged'], ['differs', 'differs', 'differs', 'differs']),
    run(
      'gepo',
      2,
      ['equal', 'differs', 'differs', 'equal'],
      ['equal differs', 'differs', 'differs', 'differs'],
    ),
  ],
  (group) => (group === 'g0' || group === 'g1' ? 'a' : group),
)

describe('the table of arms', () => {
  it('has the mean over seeds of each function, and over functions', () => {
    expect(start!.equal.value).toBe(0.25)
    expect(arm!.equal.value).toBe((1 + 0 + 0.5 + 1) / 4)
    expect(arm!.accuracy).toBe(0.75)
    expect(start!.malformed.value).toBe(0.25)
    expect(arm!.passAtSamples!.value).toBe(0.125)
    expect(arm!.drawnEqual!.value).toBe(0.0625)
    expect(arm!.drawnBeyondStart!.value).toBe((0.25 - 1) / 4)
  })

  it('holds an arm against the start on the same functions', () => {
    expect(start!.beyondStart).toEqual({ value: 0, low: 0, high: 0 })
    expect(arm!.beyondStart.value).toBe((1 + 0 + 0.5 + 0) / 4)
  })

  it('draws whole clusters for its intervals', () => {
    const together = [0.25, 0.5, 0.625, 0.75, 1]
    expect(arm!.equal.low).toBeGreaterThanOrEqual(together[1]!)
    expect(arm!.equal.high).toBeLessThanOrEqual(1)
  })
})
