import { describe, expect, it } from 'vitest'
import type { CompileTask } from '../../../src/records/compile-task.ts'
import { type JudgedIr, measureCompile } from '../../../src/train/policy/measure-compile.ts'

const task = (id: string, given: Partial<CompileTask> = {}): CompileTask => ({
  id,
  database: 'groups.db',
  group: id,
  level: null,
  source: `source of ${id}`,
  unit: { id, kind: 'function', name: 'f' },
  code: 'int f(void) {\n  return 1;\n}\n',
  ...given,
})
const answer = (asked: CompileTask, kind: JudgedIr['verdict']['kind'], sample = 0): JudgedIr => ({
  task: asked,
  sample,
  text: kind,
  tokens: 10,
  verdict: { kind } as JudgedIr['verdict'],
})

describe('the measure of answers in IR', () => {
  it('has shares over what was judged, and says nothing of the rest', () => {
    const kinds = ['equal', 'equal', 'differs', 'malformed', 'unjudged', 'truncated'] as const
    const measure = measureCompile(
      kinds.map((kind, n) => answer(task(`${n}`), kind)),
      [1],
    )
    expect(measure).toMatchObject({ answers: 5, tasks: 5, unjudged: 1, equalRate: 0.4, responseTokens: 10 })
    expect(measure.shares).toEqual({
      equal: 0.4,
      differs: 0.2,
      undefined: 0,
      timeout: 0,
      crash: 0,
      malformed: 0.2,
      mismatch: 0,
      refused: 0,
      truncated: 0.2,
    })
    expect(measure.passAt[1]).toMatchObject({ value: 0.4, method: 'wilson' })
  })

  it('is nothing at all of nothing', () => {
    expect(measureCompile([], [1])).toMatchObject({ answers: 0, equalRate: 0, passAt: {}, byKind: {} })
  })

  it('takes the answers to one task together, and the units of one file', () => {
    const [a, b] = [task('a', { source: 's' }), task('b', { source: 's' })]
    const measure = measureCompile(
      [answer(a, 'equal'), answer(a, 'differs', 1), answer(b, 'differs'), answer(b, 'unjudged', 1)],
      [1, 2],
    )
    expect(measure.equalRate).toBeCloseTo(1 / 3, 12)
    // Of tasks: a half of the first, none of the second.
    expect(measure.passAt[1]).toMatchObject({ value: 0.25 })
    // The second has not two that were judged.
    expect(measure.passAt[2]!.value).toBe(1)
  })

  it('tells levels, kinds and lengths apart, in their order', () => {
    const lines = (count: number) => Array.from({ length: count }, () => 'x;\n\n').join('')
    const measure = measureCompile(
      [
        answer(task('a', { level: 'O2', code: lines(9) }), 'equal'),
        answer(task('b', { level: 'O0', code: lines(100) }), 'differs'),
        answer(task('c', { level: 'O0', code: lines(8) }), 'equal'),
        answer(task('d', { unit: { id: '', kind: 'program', name: 'main' }, code: 'int x;' }), 'equal'),
      ],
      [1],
    )
    expect(Object.keys(measure.byLevel)).toEqual(['O0', 'O2'])
    expect(measure.byLevel.O0!.shares.equal).toBe(0.5)
    expect(Object.entries(measure.byKind).map(([kind, { answers }]) => [kind, answers])).toEqual([
      ['function', 3],
      ['program', 1],
    ])
    expect(Object.keys(measure.byLines)).toEqual(['1-2', '5-8', '9-16', '65-128'])
  })
})
