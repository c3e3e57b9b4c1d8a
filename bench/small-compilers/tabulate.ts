/**
 * Results of runs in, a row an arm out: means over its seeds, with intervals by drawing clusters of near-duplicates anew.
 *
 * An interval is over functions: all seeds of an arm are asked the same, and a cluster that is drawn counts with all its
 * answers. `beyondStart` is the difference to the start on the same functions, drawn together.
 */
import { createRandom } from '../../src/base/random.ts'

interface CompileFigures {
  /** Functions that were asked. */
  readonly tasks: number
  readonly equalRate: number
  readonly shares: { readonly malformed: number }
}

/** What a run leaves. */
export interface RunResult {
  readonly arm: string
  /** Of its training, beside what all arms have. */
  readonly options: Readonly<Record<string, unknown>>
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
    readonly winnerScore: number
  }
  readonly compile: { readonly greedy: CompileFigures; readonly drawn?: CompileFigures }
}

/** As `gepo eval --compile --out` writes them; what else they say does not count here. */
export interface AnswerLine {
  readonly group: string
  readonly how: 'greedy' | 'drawn'
  readonly verdict: { readonly kind: string }
}

export interface JudgedRun {
  readonly result: RunResult
  readonly answers: readonly AnswerLine[]
}

/** Which cluster of near-duplicates the function of a group is of. */
export type ClusterOf = (group: string) => string | number

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
  /** Of answers that were drawn: the share that is equal, and of functions for which one is. Undefined where none was drawn. */
  readonly drawnEqual: Estimate | undefined
  readonly drawnBeyondStart: Estimate | undefined
  readonly passAtSamples: Estimate | undefined
  readonly malformed: Estimate
  readonly beyondStart: Estimate
  readonly accuracy: number
  readonly margin: number
  readonly winnerVariance: number
  readonly winnerScore: number
  readonly tokens: number
}

const RESAMPLES = 2000

/**
 * @param runs those of the arm `start` among them
 * @param clusterOf for each group the cluster of near-duplicates that its function is of
 */
export function tabulate(runs: readonly JudgedRun[], clusterOf: ClusterOf): ArmRow[] {
  const arms = [...Map.groupBy(runs, ({ result }) => result.arm)]
  return arms.map(([arm, own]) => {
    const over = (shares: ReadonlyMap<string, number>) => estimate(shares, clusterOf)
    const meanOf = (of: (result: RunResult) => number) => mean(own.map(({ result }) => of(result)))
    const equal = sharesOf(own, 'greedy', 'equal')
    const drawn = sharesOf(own, 'drawn', 'equal')
    return {
      arm,
      seeds: own.length,
      equal: over(equal),
      equalBySeed: own.map(({ result }) => result.compile.greedy.equalRate),
      drawnEqual: drawn.size === 0 ? undefined : over(sharesOf(own, 'drawn', 'equal', shareOfHits)),
      drawnBeyondStart: drawn.size === 0 ? undefined : compare(runs, clusterOf, [arm, 'start'], 'drawn'),
      passAtSamples: drawn.size === 0 ? undefined : over(drawn),
      malformed: over(sharesOf(own, 'greedy', 'malformed')),
      beyondStart: compare(runs, clusterOf, [arm, 'start']),
      accuracy: meanOf(({ preference }) => preference.accuracy),
      margin: meanOf(({ preference }) => preference.margin),
      winnerVariance: meanOf(({ preference }) => preference.winnerVariance),
      winnerScore: meanOf(({ preference }) => preference.winnerScore),
      tokens: meanOf(({ tokens }) => tokens),
    }
  })
}

/** How much more often the first arm's answers are equal than the second's, on the functions that both were asked. */
export function compare(
  runs: readonly JudgedRun[],
  clusterOf: ClusterOf,
  [first, second]: readonly [string, string],
  how: AnswerLine['how'] = 'greedy',
): Estimate {
  const equalOf = (arm: string) => {
    const own = runs.filter(({ result }) => result.arm === arm)
    return sharesOf(own, how, 'equal', shareOfHits)
  }
  const [equal, other] = [equalOf(first), equalOf(second)]
  const both = [...equal].filter(([group]) => other.has(group))
  return estimate(new Map(both.map(([group, value]) => [group, value - other.get(group)!])), clusterOf)
}

const isAnyHit = (hits: readonly boolean[]): number => (hits.includes(true) ? 1 : 0)
const shareOfHits = (hits: readonly boolean[]): number => hits.filter((hit) => hit).length / hits.length

/** For each group the share of runs in which one of the answers is of that kind; what was not judged says nothing. */
function sharesOf(
  runs: readonly JudgedRun[],
  asked: AnswerLine['how'],
  kind: string,
  ofRun = isAnyHit,
): Map<string, number> {
  const hits = runs.flatMap(({ answers }) => {
    const judged = answers.filter(({ how, verdict }) => how === asked && verdict.kind !== 'unjudged')
    return [...Map.groupBy(judged, ({ group }) => group)].map(([group, lines]) => ({
      group,
      hit: ofRun(lines.map(({ verdict }) => verdict.kind === kind)),
    }))
  })
  const byGroup = Map.groupBy(hits, ({ group }) => group)
  return new Map([...byGroup].map(([group, own]) => [group, mean(own.map(({ hit }) => hit))]))
}

function estimate(values: ReadonlyMap<string, number>, clusterOf: ClusterOf): Estimate {
  const clusters = [...Map.groupBy(values, ([group]) => clusterOf(group)).values()].map((members) => ({
    sum: members.reduce((sum, [, value]) => sum + value, 0),
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

/** @param samples answers drawn of each function */
export function markdownTable(rows: readonly ArmRow[], samples: number): string {
  const lines = rows.map((row) =>
    [
      row.arm,
      range(row.equal),
      row.equalBySeed.map(percent).join(' '),
      range(row.beyondStart),
      row.drawnEqual === undefined ? '' : range(row.drawnEqual),
      row.drawnBeyondStart === undefined ? '' : range(row.drawnBeyondStart),
      row.passAtSamples === undefined ? '' : range(row.passAtSamples),
      range(row.malformed),
      row.accuracy.toFixed(3),
      row.margin.toFixed(2),
      row.winnerVariance.toFixed(3),
      row.winnerScore.toFixed(2),
      Math.round(row.tokens / 1000),
    ].join(' | '),
  )
  return [
    `| arm | equal, % | by seed | beyond the start | drawn, % | drawn, beyond the start | pass@${samples}, % | malformed, % | accuracy | margin | winner variance | winner score | 1000 tokens |`,
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n')
}

export interface Comparison {
  readonly arms: readonly [string, string]
  readonly difference: Estimate
  /** Of drawn answers; undefined where one of the two has none. */
  readonly drawn: Estimate | undefined
}

export function comparisonTable(comparisons: readonly Comparison[]): string {
  return [
    '| arm | against | equal beyond it, points | of drawn answers |',
    '|---|---|---|---|',
    ...comparisons.map(
      ({ arms, difference, drawn }) =>
        `| ${arms.join(' | ')} | ${range(difference)} | ${drawn === undefined ? '' : range(drawn)} |`,
    ),
    '',
  ].join('\n')
}

const percent = (value: number) => (100 * value).toFixed(1)
const range = ({ value, low, high }: Estimate) => `${percent(value)} [${percent(low)}, ${percent(high)}]`
