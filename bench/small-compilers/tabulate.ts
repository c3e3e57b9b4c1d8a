/**
 * Results of runs in, a row an arm out: means over its seeds, with intervals by drawing clusters of near-duplicates anew.
 *
 * An interval is over functions: all seeds of an arm are asked the same, and a cluster that is drawn counts with all its
 * answers. `beyondStart` is the difference to the start on the same functions, drawn together.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../src/base/random.ts'
import { openStore } from '../../src/store/store.ts'

interface CompileFigures {
  readonly equalRate: number
  readonly shares: { readonly malformed: number }
  readonly passAt: Readonly<Record<string, { readonly value: number }>>
}

/** What a run leaves. */
export interface RunResult {
  readonly arm: string
  readonly seed: number
  readonly split: 'validation' | 'test'
  /** Of the training: optimiser steps, tokens of texts, and their time. */
  readonly steps: number
  readonly tokens: number
  readonly seconds: number
  readonly model: string
  readonly preference: {
    readonly accuracy: number
    readonly pairAccuracy: number
    readonly margin: number
    readonly winnerVariance: number
    readonly winnerScore?: number
  }
  readonly compile: { readonly greedy: CompileFigures; readonly drawn: CompileFigures }
  /** File of all answers. */
  readonly answers: string
}

/** A mean with the interval that holds the true value in 95 of 100 cases. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface ArmRow {
  readonly arm: string
  readonly seeds: number
  readonly equal: Estimate
  readonly equalBySeed: readonly number[]
  readonly passAtAll: Estimate
  readonly malformed: Estimate
  readonly beyondStart: Estimate
  readonly accuracy: number
  readonly margin: number
  readonly winnerVariance: number
  readonly winnerScore: number
  readonly tokens: number
}

interface AnswerLine {
  readonly group: string
  readonly how: 'greedy' | 'drawn'
  readonly verdict: { readonly kind: string }
}

/** Of a group: the shares of an arm's answers, one a seed. */
interface GroupFigures {
  readonly equal: number
  readonly malformed: number
  readonly passed: number
}

const RESAMPLES = 2000

export function tabulate(
  results: readonly RunResult[],
  { work, samples }: { readonly work: string; readonly samples: number },
): ArmRow[] {
  const clusterOf = readClusters(join(work, 'groups.db'), results[0]!.split)
  const arms = [...Map.groupBy(results, ({ arm }) => arm)]
  const figures = new Map(arms.map(([arm, own]) => [arm, figuresOf(own, samples)]))
  const start = figures.get('start')!
  return arms.map(([arm, own]) => {
    const byGroup = figures.get(arm)!
    const over = (of: (group: string, one: GroupFigures) => number) =>
      estimate(
        [...byGroup].map(([group, one]) => ({ cluster: clusterOf.get(group)!, value: of(group, one) })),
      )
    const meanOf = (of: (result: RunResult) => number) => mean(own.map(of))
    return {
      arm,
      seeds: own.length,
      equal: over((_, { equal }) => equal),
      equalBySeed: own.map(({ compile }) => compile.greedy.equalRate),
      passAtAll: over((_, { passed }) => passed),
      malformed: over((_, { malformed }) => malformed),
      beyondStart: over((group, { equal }) => equal - (start.get(group)?.equal ?? 0)),
      accuracy: meanOf(({ preference }) => preference.accuracy),
      margin: meanOf(({ preference }) => preference.margin),
      winnerVariance: meanOf(({ preference }) => preference.winnerVariance),
      winnerScore: meanOf(({ preference }) => preference.winnerScore ?? 0),
      tokens: meanOf(({ tokens }) => tokens),
    }
  })
}

/** For each group the cluster of near-duplicates that its source is of. */
function readClusters(database: string, split: RunResult['split']): Map<string, string> {
  const store = openStore(database, { readonly: true })
  try {
    return new Map([...store.groups({ split })].map(({ group, source }) => [group.id, source.row]))
  } finally {
    store.close()
  }
}

function figuresOf(runs: readonly RunResult[], samples: number): Map<string, GroupFigures> {
  const perRun = runs.map(({ answers }) => {
    const lines = readFileSync(answers, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): AnswerLine => JSON.parse(line))
      .filter(({ verdict }) => verdict.kind !== 'unjudged')
    return Map.groupBy(lines, ({ group }) => group)
  })
  const groups = new Set(perRun.flatMap((one) => [...one.keys()]))
  return new Map(
    [...groups].map((group) => {
      const own = perRun.flatMap((one) => (one.has(group) ? [one.get(group)!] : []))
      const share = (holds: (lines: readonly AnswerLine[]) => boolean) =>
        mean(own.map((lines) => (holds(lines) ? 1 : 0)))
      const greedyIs = (kind: string) => (lines: readonly AnswerLine[]) =>
        lines.some(({ how, verdict }) => how === 'greedy' && verdict.kind === kind)
      return [
        group,
        {
          equal: share(greedyIs('equal')),
          malformed: share(greedyIs('malformed')),
          passed: share((lines) =>
            lines
              .filter(({ how }) => how === 'drawn')
              .slice(0, samples)
              .some(({ verdict }) => verdict.kind === 'equal'),
          ),
        },
      ]
    }),
  )
}

function estimate(values: readonly { readonly cluster: string; readonly value: number }[]): Estimate {
  const clusters = [...Map.groupBy(values, ({ cluster }) => cluster).values()].map((members) => ({
    sum: members.reduce((sum, { value }) => sum + value, 0),
    count: members.length,
  }))
  const random = createRandom('clusters')
  const meanOf = (drawn: typeof clusters) =>
    drawn.reduce((sum, one) => sum + one.sum, 0) / drawn.reduce((sum, one) => sum + one.count, 0)
  const means = Array.from({ length: RESAMPLES }, () => meanOf(clusters.map(() => random.pick(clusters))))
  means.sort((a, b) => a - b)
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))]!
  return { value: meanOf(clusters), low: at(0.025), high: at(0.975) }
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length

export function markdownTable(rows: readonly ArmRow[]): string {
  const percent = (value: number) => (100 * value).toFixed(1)
  const range = ({ value, low, high }: Estimate) => `${percent(value)} [${percent(low)}, ${percent(high)}]`
  const lines = rows.map((row) =>
    [
      row.arm,
      range(row.equal),
      row.equalBySeed.map(percent).join(' '),
      range(row.beyondStart),
      range(row.passAtAll),
      range(row.malformed),
      row.accuracy.toFixed(3),
      row.margin.toFixed(2),
      row.winnerVariance.toFixed(2),
      row.winnerScore.toFixed(2),
      Math.round(row.tokens / 1000),
    ].join(' | '),
  )
  return [
    '| arm | equal, % | by seed | beyond the start | pass@4, % | malformed, % | accuracy | margin | winner variance | winner score | 1000 tokens |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n')
}
