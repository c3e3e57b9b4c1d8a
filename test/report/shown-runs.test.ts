/** What tables, pictures and joined runs say of runs that are known. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { curvePicture } from '../../src/report/curve-picture.ts'
import { joinRuns } from '../../src/report/join-runs.ts'
import { readNamedRuns } from '../../src/report/named-runs.ts'
import { readRun } from '../../src/report/read-run.ts'
import { runsReport } from '../../src/report/runs-charts.ts'
import { runsMarkdown } from '../../src/report/runs-markdown.ts'
import { differingOptions, SHOWN } from '../../src/report/shown-figures.ts'
import { openOwnAnswers } from '../../src/store/own-answers.ts'
import { scratchFolder } from '../scratch-folder.ts'

const root = scratchFolder()

/** Evaluations at every tenth step with these shares of equal IR, give or take 0.05. */
function makeRun(name: string, equal: readonly number[], config: object = {}): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  const lines = equal.flatMap((value, i) => [
    { kind: 'train', step: 10 * i + 1, steps: 10 * equal.length, loss: 1, tokensPerSecond: 100 * (i + 1) },
    {
      kind: 'evaluation',
      step: 10 * i,
      groups: 12,
      compile: {
        equalRate: value,
        passAt: { 1: { value, low: value - 0.05, high: value + 0.05, method: 'wilson' } },
        shares: { malformed: 0.25 },
      },
    },
  ])
  writeFileSync(join(folder, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ config }))
  return folder
}

/** What the model wrote of its own. */
function addOwnAnswers(folder: string): void {
  const store = openOwnAnswers(join(folder, 'on-policy.db'), { run: folder, database: 'groups.db' })
  const unit = { id: 'u', kind: 'function' as const, name: 'twice' }
  const known = { step: 3, sample: 0, group: 'ab', level: null, unit, prompt: 'unsigned twice(void);' }
  const result = { stdout: '', exit: 1, effects: '' }
  const witness = {
    input: { kind: 'stdin' as const, stdin: '<5>\n' },
    original: result,
    answer: { ...result, exit: 9 },
    isClear: true,
  }
  const learned = { ids: Int32Array.of(1), reference: 0 }
  store.save([
    {
      ...known,
      ...learned,
      answer: 'a <b>wrong</b> one',
      role: 'loser',
      verdict: { kind: 'differs', witness },
    },
    {
      ...known,
      ...learned,
      answer: 'right',
      role: 'winner',
      verdict: { kind: 'equal', inputs: 1, searched: 0 },
    },
  ])
  store.close()
}

const sft = makeRun('sft', [0.1, 0.2], { method: 'sft', seed: 1 })
const gepo = makeRun('gepo', [0.1, 0.3, 0.5], { method: 'gepo', seed: 1 })
const again = makeRun('gepo-2', [0.1, 0.5, 0.7], { method: 'gepo', seed: 2 })
const [equal] = SHOWN

describe("a model's own answers", () => {
  it('are counted, and its mistakes shown with what shows them', () => {
    const folder = makeRun('own', [0.1])
    addOwnAnswers(folder)
    const page = runsReport('Runs', [readRun(folder)])
    expect(page).toContain('1 differs (losers), 1 equal (winners)')
    expect(page).toContain('a &lt;b&gt;wrong&lt;/b&gt; one')
    expect(page).toMatch(
      /stdin: &lt;5&gt;[\s\S]*the C gives[\s\S]*exit: 1[\s\S]*the answer gives[\s\S]*exit: 9/,
    )
    expect(runsReport('Runs', [readRun(sft)])).not.toContain('own answers')
  })

  it('are left out where their file is none', () => {
    const folder = makeRun('broken-own', [0.1])
    writeFileSync(join(folder, 'on-policy.db'), 'SQLite format 3\0 but nothing more')
    expect(readRun(folder)).not.toHaveProperty('ownAnswers')
  })
})

describe('the tables', () => {
  it('have what each run ended with, its interval, and the options that differ', () => {
    const [head, , first, second] = runsMarkdown(readNamedRuns([sft, gepo])).split('\n')
    expect(head).toBe('| run | steps | verified equal | malformed | training loss | tokens/s |')
    expect(first).toBe('| sft | 11 of 20 | 20.0% [15.0, 25.0] | 25.0% | 1 | 150 |')
    expect(second).toBe('| gepo | 21 of 30 | 50.0% [45.0, 55.0] | 25.0% | 1 | 200 |')
    const text = runsMarkdown(readNamedRuns([sft, gepo]))
    expect(text).toContain('| option | sft | gepo |\n|---|---|---|\n| method | "sft" | "gepo" |\n')
    expect(text).not.toContain('| seed')
  })

  it('name an option that one method has alone where it is not the default', () => {
    const lambda = (value: number) =>
      makeRun('l', [0.1], { method: 'gepo', seed: 1, 'gepo.lambda': value, 'gepo.beta': 0.1 })
    const names = () => differingOptions(readNamedRuns([sft, join(root, 'l')])).map(({ name }) => name)
    lambda(1)
    expect(names()).toEqual(['method'])
    lambda(0.01)
    expect(names()).toEqual(['method', 'gepo.lambda'])
  })

  it('stay tables whatever a run is called', () => {
    const text = runsMarkdown([{ ...readRun(sft), name: 'a|b\n<img>\\' }])
    expect(text.split('\n')[2]).toMatch(/^\| a\\\|b &lt;img>\\\\ \| 11/)
  })
})

describe('runs of one name', () => {
  it('are their means, with the lowest and highest around them, at the steps that all have', () => {
    const [joined] = readNamedRuns([`GEPO=${gepo}`, `GEPO=${again}`])
    expect(joined!.name).toBe('GEPO (2 runs)')
    const figure = joined!.figures.find(({ name }) => name === 'compile.passAt.1')!
    expect(figure.points.map(([step, value]) => [step, value.toFixed(3)])).toEqual([
      [0, '0.100'],
      [10, '0.400'],
      [20, '0.600'],
    ])
    expect(figure.band).toEqual([
      [0, 0.1, 0.1],
      [10, 0.3, 0.5],
      [20, 0.5, 0.7],
    ])
    expect([...joined!.options]).toEqual([['method', '"gepo"']])
    const shorter = joinRuns('both', [readRun(sft), readRun(gepo)])
    expect(shorter.figures.find(({ name }) => name === 'compile.passAt.1')!.points).toHaveLength(2)
  })

  it('may be a single one, which only gets the name', () => {
    expect(readNamedRuns([`SFT=${sft}`, gepo]).map(({ name }) => name)).toEqual(['SFT', 'gepo'])
    expect(readNamedRuns([`SFT=${sft}`, sft]).map(({ name }) => name)).toEqual(['SFT'])
  })

  it('are not joined with one that only happens to be called so', () => {
    expect(() => readNamedRuns([`gepo=${sft}`, gepo])).toThrow(
      `gepo is the name that is given to ${sft}, and what ${gepo} is called; give one of them another`,
    )
  })

  it('have the own answers of all of them', () => {
    const own = ['own-1', 'own-2'].map((name) => makeRun(name, [0.1]))
    for (const folder of own) addOwnAnswers(folder)
    const { ownAnswers } = joinRuns(
      'own',
      [...own, sft].map((folder) => readRun(folder)),
    )
    expect(ownAnswers!.tally.map(({ kind, role, count }) => [kind, role, count])).toEqual([
      ['differs', 'loser', 2],
      ['equal', 'winner', 2],
    ])
    expect(ownAnswers!.mistakes).toHaveLength(2)
  })
})

describe('the picture', () => {
  it('has a line for each run, named at its end, and asks nothing of any host', () => {
    const picture = curvePicture(readNamedRuns([sft, gepo]), equal!)!
    expect(picture.match(/<polyline /g)).toHaveLength(2)
    expect(picture.match(/<polygon class="band/g)).toHaveLength(2)
    expect(picture).toContain('>sft</text>')
    expect(picture).toContain('>60%</text>')
    expect(picture.replace('http://www.w3.org/2000/svg', '')).not.toContain('://')
  })

  it('keeps names apart whose lines end at the same height', () => {
    const runs = ['a', 'b', 'c'].map((name) => ({ ...readRun(sft), name }))
    const heights = [...curvePicture(runs, equal!)!.matchAll(/class="name" x="\S+" y="(\S+)"/g)].map(
      ([, y]) => Number(y),
    )
    const gaps = heights.slice(1).map((y, i) => y - heights[i]!)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(17)
  })

  it('draws of a figure of every step the means of some, and says of how many', () => {
    const passed = SHOWN.find(({ name }) => name === 'rollout.passRate')!
    const run = (count: number) => {
      const points = Array.from({ length: count }, (_, i) => [i + 1, i % 2] as const)
      return { ...readRun(sft), figures: [{ kind: 'train', name: 'rollout.passRate', points }] }
    }
    const drawn = (count: number) => curvePicture([run(count)], passed)!
    const pointsOf = (picture: string) =>
      /<polyline class="line" points="(.*?)"/.exec(picture)![1]!.split(' ')
    expect(pointsOf(drawn(30))).toHaveLength(30)
    expect(drawn(30)).not.toContain('mean of')
    expect(drawn(120)).toContain('each point is the mean of 4 steps')
    const heights = pointsOf(drawn(120)).map((point) => point.split(',')[1])
    expect([heights.length, new Set(heights).size]).toEqual([30, 1])
    expect(pointsOf(drawn(121))).toHaveLength(25)
  })

  it('leaves room for names in wide letters', () => {
    const picture = curvePicture([{ ...readRun(sft), name: 'REINFORCE++' }], equal!)!
    const [, x] = /class="name" x="(\S+)"/.exec(picture)!
    expect(760 - Number(x)).toBeGreaterThan('REINFORCE++'.length * 9.8)
  })

  it('takes a name for text', () => {
    expect(curvePicture([{ ...readRun(sft), name: '<script>' }], equal!)).not.toContain('<script')
  })

  it('is none where no run has the figure', () => {
    const passed = SHOWN.find(({ name }) => name === 'translation.passRate')!
    expect(curvePicture([readRun(sft)], passed)).toBeUndefined()
  })
})

it('the page folds what is not asked for first', () => {
  const page = runsReport('r', [readRun(sft)])
  const [before, after] = page.split('<details class="further"')
  expect(before).toContain('<b>verified equal</b>')
  expect(before).toContain('class="band')
  expect(before).not.toContain('compile.equalRate')
  expect(after).toContain('<b>groups</b>')
})
