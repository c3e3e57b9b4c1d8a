/**
 * Scored and labelled members of groups in, how well the scores tell the labels apart out, over all pairs and within
 * groups, with intervals. Ties count half; how many there are of each label does not matter.
 */
import { createRandom } from '../base/random.ts'

export interface Scored {
  readonly scores: Float64Array
  /** 1 for positive. */
  readonly labels: Uint8Array
  /** Members with the same number belong together, and are drawn together. */
  readonly groups: Uint32Array
}

export interface Estimate {
  readonly value: number
  /** From the 2.5th to the 97.5th percentile of bootstrap samples of groups. */
  readonly interval: readonly [number, number]
}

const REPLICATES = 1000

/** How often a random positive ranks above a random negative; `undefined` where either is missing. */
export function rocAuc(scored: Scored, seed: number): Estimate | undefined {
  const order = Uint32Array.from(scored.scores.keys()).sort((a, b) => scored.scores[a]! - scored.scores[b]!)
  const value = weightedAuc(scored, order, () => 1)
  if (value === undefined) return undefined
  const groups = Math.max(...scored.groups) + 1
  const samples = bootstrap(groups, seed, (weights) => weightedAuc(scored, order, (group) => weights[group]!))
  return { value, interval: percentiles(samples) }
}

/**
 * How often a random positive of a group ranks above a random negative of the same group, each group counting once;
 * groups with one label only do not count.
 */
export function withinGroupAuc({ scores, labels, groups }: Scored, seed: number): Estimate | undefined {
  const byGroup = Map.groupBy(groups.keys(), (member) => groups[member]!)
  const shares = [...byGroup.values()].flatMap((members) => {
    const positives = members.filter((member) => labels[member] === 1)
    const negatives = members.filter((member) => labels[member] === 0)
    const pairs = positives.length * negatives.length
    if (pairs === 0) return []
    let won = 0
    for (const positive of positives)
      for (const negative of negatives) won += (Math.sign(scores[positive]! - scores[negative]!) + 1) / 2
    return [won / pairs]
  })
  if (shares.length === 0) return undefined
  const mean = (weights: (index: number) => number) => {
    let [sum, total] = [0, 0]
    for (const [index, share] of shares.entries()) {
      sum += weights(index) * share
      total += weights(index)
    }
    return sum / total
  }
  const samples = bootstrap(shares.length, seed, (weights) => mean((index) => weights[index]!))
  return { value: mean(() => 1), interval: percentiles(samples) }
}

/** `order`: members by ascending score. */
function weightedAuc(
  { scores, labels, groups }: Scored,
  order: Uint32Array,
  weightOf: (group: number) => number,
): number | undefined {
  let [below, positives, won] = [0, 0, 0]
  for (let start = 0, end = 0; start < order.length; start = end) {
    const tied = [0, 0]
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      tied[labels[order[end]!]!]! += weightOf(groups[order[end]!]!)
    won += tied[1]! * (below + tied[0]! / 2)
    below += tied[0]!
    positives += tied[1]!
  }
  return below === 0 || positives === 0 ? undefined : won / (positives * below)
}

function bootstrap(
  groups: number,
  seed: number,
  estimate: (weights: Float64Array) => number | undefined,
): number[] {
  const random = createRandom(`bootstrap ${seed}`)
  return Array.from({ length: REPLICATES }, () => {
    const weights = new Float64Array(groups)
    for (let drawn = 0; drawn < groups; drawn++) weights[random.int(0, groups - 1)]!++
    return estimate(weights)
  }).filter((value) => value !== undefined)
}

function percentiles(samples: number[]): [number, number] {
  const sorted = samples.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!
  return [at(0.025), at(0.975)]
}
