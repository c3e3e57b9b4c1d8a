import type { Stage } from '../records/group-record.ts'

/** Runs the work of a stage and adds what it took. */
export type Timed = <T>(stage: Stage, work: () => Promise<T>) => Promise<T>

/** Milliseconds by stage, and the stage that began last: what a failure belongs to. */
export function timeStages(first: Stage): {
  readonly timed: Timed
  readonly timings: Readonly<Record<string, number>>
  readonly current: () => Stage
} {
  const timings: Record<string, number> = {}
  let current = first
  const timed: Timed = async (stage, work) => {
    current = stage
    const start = performance.now()
    try {
      return await work()
    } finally {
      timings[stage] = (timings[stage] ?? 0) + performance.now() - start
    }
  }
  return { timed, timings, current: () => current }
}
