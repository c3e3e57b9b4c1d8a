/** How many answers of each problem passed in; the share of problems that k answers would solve, with its interval, out. */
import { createRandom } from './random.ts'

/** Of one problem: how many answers were judged, and how many of them passed. */
export interface Tries {
  readonly judged: number
  readonly passed: number
  /** Problems of one cluster are alike, and are drawn together; absent for a problem that stands alone. */
  readonly cluster?: string
}

export interface PassEstimate {
  readonly value: number
  /** Holds the true value in 95 of 100 cases. */
  readonly low: number
  readonly high: number
  /**
   * `wilson`: of a share, one answer a problem, each alone; also where clusters are all alike or few, each then counted as
   * one answer, which gives too wide an interval rather than too narrow a one. `bootstrap`: clusters drawn anew, as many as
   * there are.
   */
  readonly method: 'wilson' | 'bootstrap'
}

/**
 * The chance that one of k answers passes that are drawn without return from those that were judged:
 * 1 - C(n - c, k) / C(n, k), as a product that stays within what numbers hold.
 *
 * @param k not above `judged`
 */
export function passAtK({ judged, passed }: Tries, k: number): number {
  let noneChance = 1
  for (let i = 0; i < k; i++) noneChance *= Math.max(0, judged - passed - i) / (judged - i)
  return 1 - noneChance
}

/** @returns undefined where no problem has k judged answers; problems that have fewer are left out */
export function estimatePass(tries: readonly Tries[], k: number): PassEstimate | undefined {
  const usable = tries.filter(({ judged }) => judged >= k)
  if (usable.length === 0) return undefined
  const clusters = clustersOf(usable)
  if (clusters.length === usable.length && usable.every(({ judged }) => judged === 1)) {
    const passed = usable.filter((one) => one.passed > 0).length
    return { value: passed / usable.length, ...wilson(passed, usable.length), method: 'wilson' }
  }
  const values = clusters.map((cluster) => cluster.map((one) => passAtK(one, k)))
  const value = mean(values.flat())
  // All or none: whatever is drawn anew is the same again, which says nothing of how far off that may be.
  if (clusters.length < ENOUGH_CLUSTERS || value === 0 || value === 1)
    return { value, ...wilson(value * clusters.length, clusters.length), method: 'wilson' }
  return { value, ...bootstrap(values), method: 'bootstrap' }
}

/**
 * Of fewer, drawing anew gives intervals that are too narrow (Cameron, Gelbach and Miller 2008 put the number between 5 and
 * 30), and of a single one none at all.
 */
const ENOUGH_CLUSTERS = 20

function clustersOf(tries: readonly Tries[]): Tries[][] {
  const alone = tries.filter(({ cluster }) => cluster === undefined).map((one) => [one])
  const together = Map.groupBy(
    tries.filter(({ cluster }) => cluster !== undefined),
    ({ cluster }) => cluster,
  )
  return [...alone, ...together.values()]
}

/** The 97.5 % point of the normal distribution. */
const Z = 1.959964

/** @param passed may lie between whole numbers */
function wilson(passed: number, count: number): { low: number; high: number } {
  const share = passed / count
  const scale = 1 + Z ** 2 / count
  const centre = (share + Z ** 2 / (2 * count)) / scale
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2))
  // At the ends of the scale the formula gives them but for rounding.
  return { low: passed === 0 ? 0 : centre - half, high: passed === count ? 1 : centre + half }
}

const RESAMPLES = 2000

function bootstrap(clusters: readonly (readonly number[])[]): { low: number; high: number } {
  const random = createRandom('pass@k')
  const sums = clusters.map((values) => ({ sum: total(values), count: values.length }))
  const means = Array.from({ length: RESAMPLES }, () => {
    const drawn = sums.map(() => random.pick(sums))
    return total(drawn.map(({ sum }) => sum)) / total(drawn.map(({ count }) => count))
  })
  means.sort((a, b) => a - b)
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))]!
  return { low: at(0.025), high: at(0.975) }
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
const mean = (values: readonly number[]) => total(values) / values.length
