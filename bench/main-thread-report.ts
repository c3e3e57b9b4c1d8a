/**
 * What benchmarks of a main thread share. In: what one does in how much processor time, by round, and what all else takes.
 * Out: how many of it machines of many cores would do a second: one thread feeds all others, so it bounds them.
 */
import { basename } from 'node:path'
import { hardware, saveReport } from './save-report.ts'

const CORES = [1, 2, 16, 64, 128]

export interface MainThreadFigures {
  /** What is worked on, in the singular: `unit`. */
  readonly one: string
  readonly count: number
  /** What comes of them, in the plural: `groups`. */
  readonly made: string
  readonly madeCount: number
  /** Of all together, beside the main thread. */
  readonly workMs: number
  /** Of all together, in each round. */
  readonly mainMs: readonly number[]
}

/** Of this thread alone, what the system does for it included. */
export function mainThreadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Prints the report, and saves it under that name if there is one. */
export function reportMainThread(
  { one, count, made, madeCount, workMs, mainMs }: MainThreadFigures,
  save: string | undefined,
): void {
  const leastMs = Math.min(...mainMs) / count
  // All cores share the work, and one of them at most is the main thread's.
  const perSecond = (cores: number) => Math.min((cores * 1000) / (workMs / count + leastMs), 1000 / leastMs)
  const each = one[0]!.toUpperCase() + one.slice(1)
  const report = {
    date: new Date().toISOString().slice(0, 10),
    hardware: hardware(),
    command: `node ${[...process.execArgv, ''].join(' ')}bench/${basename(process.argv[1]!)} ${process.argv.slice(2).join(' ')}`,
    [`${one}s`]: count,
    [made]: madeCount,
    [`workMsPer${each}`]: round(workMs / count),
    [`mainMsPer${each}`]: round(leastMs),
    [`mainMsPer${each}ByRound`]: mainMs.map((ms) => round(ms / count)),
    [`${made}PerSecond`]: Object.fromEntries(
      CORES.map((cores) => [cores, round((perSecond(cores) * madeCount) / count)]),
    ),
  }
  console.log(JSON.stringify(report, null, 2))
  saveReport(save, report)
}

const round = (value: number) => Math.round(value * 100) / 100
