/**
 * What this process and all that it started have computed, out, in milliseconds of processor time; of those that have
 * ended too, once they were waited for. What else the machine does has little part in it, unlike in the time on the wall.
 * Linux alone: it reads /proc.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** Of the times in /proc/<pid>/stat (USER_HZ). */
const TICK_MS = 10
/** Places in /proc/<pid>/stat behind the name. */
const PARENT = 1
const TIMES_OF_ENDED_CHILDREN = [13, 14]

export class ProcessorClock {
  #processes: readonly number[] = []
  #readingMs = 0

  /** Looks for the processes below this one: what is started later is not seen before the next time. */
  refresh(): void {
    this.#readingMs += ownMsOf(() => {
      this.#processes = findProcesses()
    })
  }

  /** From some beginning on, without what the clock itself takes. */
  ms(): number {
    let others = 0
    this.#readingMs += ownMsOf(() => {
      others = [process.pid, ...this.#processes].reduce((sum, pid) => sum + endedChildrenMs(pid), 0)
      for (const pid of this.#processes) others += threadMs(pid)
    })
    return ownMs() + others - this.#readingMs
  }
}

function ownMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function ownMsOf(work: () => void): number {
  const start = ownMs()
  work()
  return ownMs() - start
}

function findProcesses(): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = readStat(Number(name))?.[PARENT]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === process.pid || isBelow(parents.get(pid)))
  return [...parents.keys()].filter(isBelow)
}

/** Of a process with one thread. */
function threadMs(pid: number): number {
  return Number(read(`/proc/${pid}/schedstat`)?.split(' ', 1)[0] ?? 0) / 1e6
}

function endedChildrenMs(pid: number): number {
  const stat = readStat(pid)
  return stat === undefined
    ? 0
    : TIMES_OF_ENDED_CHILDREN.reduce((sum, place) => sum + Number(stat[place]), 0) * TICK_MS
}

const readStat = (pid: number): string[] | undefined =>
  read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')

/** Undefined for a process that has ended. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}
