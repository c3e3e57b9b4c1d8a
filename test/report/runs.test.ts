/** Runs as pages show them: what is read of their folders, and the charts made of it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { findRuns } from '../../src/report/find-runs.ts'
import { readRun } from '../../src/report/read-run.ts'
import { runsReport } from '../../src/report/runs-charts.ts'
import { scratchFolder } from '../scratch-folder.ts'

interface RunFiles {
  readonly metrics?: readonly (object | string)[]
  readonly samples?: readonly object[]
  readonly config?: object
}

function makeRun(
  folder: string,
  { metrics = [{ kind: 'train', step: 1, loss: 1 }], samples, config }: RunFiles = {},
) {
  mkdirSync(folder, { recursive: true })
  const lines = (all: readonly (object | string)[]) =>
    all.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join('')
  writeFileSync(join(folder, 'metrics.jsonl'), lines(metrics))
  if (samples) writeFileSync(join(folder, 'samples.jsonl'), lines(samples))
  if (config) writeFileSync(join(folder, 'run.json'), JSON.stringify({ config }))
  return folder
}

const HOSTILE = '</script><img src=x onerror=alert(1)>'

describe('findRuns', () => {
  const root = scratchFolder()
  makeRun(join(root, 'a'))
  makeRun(join(root, 'b'))
  makeRun(join(root, 'other/a'))
  mkdirSync(join(root, 'empty'))
  writeFileSync(join(root, 'file'), '')
  const names = (places: string[]) => findRuns(places).map(({ name }) => name)

  it('takes a run for itself, and a folder for the runs in it', () => {
    expect(names([join(root, 'a')])).toEqual(['a'])
    expect(names([root])).toEqual(['a', 'b'])
  })

  it('names a run that is there twice once, and tells equal names apart', () => {
    expect(names([root, join(root, 'b')])).toEqual(['a', 'b'])
    expect(names([join(root, 'other/a'), join(root, 'b')])).toEqual(['a', 'b'])
    const [first, second] = names([join(root, 'other/a'), join(root, 'a')])
    expect(first).toBe('other/a')
    expect(second).toMatch(/\/a$/)
  })

  it.each(['empty', 'file', 'nowhere'])('refuses %s in a sentence', (place) => {
    expect(() => findRuns([join(root, place)])).toThrow(UserError)
  })
})

describe('readRun', () => {
  it('reads each number of each kind of line by step, and leaves out what is half written', () => {
    const folder = makeRun(join(scratchFolder(), 'run'), {
      metrics: [
        { kind: 'train', step: 1, steps: 9, epoch: 0, loss: 2, rollout: { passRate: 0.5 } },
        { kind: 'evaluation', step: 1, byClass: { ast: { accuracy: 0.75 } } },
        { kind: 'train', step: 2, steps: 9, epoch: 0, loss: null },
        { kind: 'train', step: 3, steps: 9, epoch: 0, loss: 1 },
        '{"kind":"train","step":4,"lo',
      ],
      config: { method: 'gepo', 'length.maxTokens': 64 },
    })
    const run = readRun(folder)
    expect(run).toMatchObject({ name: 'run', step: 3, steps: 9 })
    expect(run.figures).toEqual([
      {
        kind: 'train',
        name: 'loss',
        points: [
          [1, 2],
          [3, 1],
        ],
      },
      { kind: 'train', name: 'rollout.passRate', points: [[1, 0.5]] },
      { kind: 'evaluation', name: 'byClass.ast.accuracy', points: [[1, 0.75]] },
    ])
    expect([...run.options]).toEqual([
      ['method', '"gepo"'],
      ['length.maxTokens', '64'],
    ])
  })
})

describe('a report', () => {
  const root = scratchFolder()
  const sample = (step: number, answer: string) => ({
    kind: 'sample',
    step,
    of: 'translation',
    id: HOSTILE,
    prompt: HOSTILE,
    answer,
    tokens: 3,
    ended: true,
    verdict: { kind: 'passed' },
  })
  const runs = [
    readRun(
      makeRun(join(root, 'a'), {
        config: { seed: 1, method: 'gepo' },
        samples: [sample(1, 'old'), sample(2, HOSTILE)],
      }),
    ),
    readRun(makeRun(join(root, 'b'), { config: { seed: 2, method: 'gepo' } }), HOSTILE),
  ]
  const report = runsReport(HOSTILE, runs)

  it('has a line for each run in the chart of a figure', () => {
    expect(report.match(/<g class="series c[01]"/g)).toHaveLength(2)
  })

  it('shows the options that differ alone', () => {
    expect(report).toContain('>seed</td>')
    expect(report).not.toContain('>method</td>')
  })

  it('takes what models and data say for text', () => {
    expect(report).not.toContain('<img')
    expect(report).toContain('&lt;img src=x')
    expect(report.match(/<script/g)).toHaveLength(1)
  })
})
