/** Numbers in one at a time, their exact quantiles out; memory grows with the number of distinct values alone. */

export interface Quantiles {
  readonly n: number
  readonly p5: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
  readonly mean: number
}

export interface Tally {
  add(value: number): void
  /** `undefined` where nothing was added. */
  quantiles(): Quantiles | undefined
}

export function createTally(): Tally {
  const counts = new Map<number, number>()
  let n = 0
  let sum = 0
  return {
    add(value) {
      counts.set(value, (counts.get(value) ?? 0) + 1)
      n++
      sum += value
    },
    quantiles() {
      if (n === 0) return undefined
      const ascending = [...counts].sort(([a], [b]) => a - b)
      /** The least value that has at least that share at or below it. */
      const at = (share: number) => {
        let below = 0
        for (const [value, count] of ascending) {
          below += count
          if (below >= share * n) return value
        }
        return ascending.at(-1)![0]
      }
      return { n, p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95), mean: sum / n }
    },
  }
}
