/**
 * What this process and all that it started have computed, out, in milliseconds of processor time; of those that have
 * ended too, once they were waited for. What else the machine does has little part in it, unlike in the time on the wall.
 * Linux alone: it reads /proc.
 *
 * It leaves no garbage: what a collector would do for it would be counted as work of what is measured.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs'

/** Of the times in /proc/<pid>/stat (USER_HZ). */
const TICK_MS = 10
/** Places in /proc/<pid>/stat behind the name. */
const TIMES_OF_ENDED_CHILDREN = [13, 14]
const SPACE = 32
const ZERO = 48
const NAME_END = 41

interface Watched {
  readonly pid: number
  readonly stat: number | undefined
  /** Of its first thread; a process below this one has no other. */
  readonly schedstat: number | undefined
}

export class ProcessorClock {
  readonly #self = watch(process.pid)
  #others: readonly Watched[] = []
  #readingMs = 0

  /** Looks for the processes below this one: what is started later is not seen before the next time. */
  refresh(): void {
    this.#readingMs += ownMsOf(() => {
      const pids = new Set(findBelow(process.pid))
      const gone = this.#others.filter(({ pid }) => !pids.has(pid))
      const kept = this.#others.filter(({ pid }) => pids.delete(pid))
      gone.forEach(unwatch)
      this.#others = [...kept, ...[...pids].map(watch)]
    })
  }

  /** From some beginning on, without what the clock itself takes. */
  ms(): number {
    let others = 0
    this.#readingMs += ownMsOf(() => {
      others = endedChildrenMs(this.#self)
      for (const one of this.#others) others += endedChildrenMs(one) + threadMs(one)
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

/** All descendants. */
function findBelow(pid: number): number[] {
  const children = listTasks(pid).flatMap((task) => numbersIn(`/proc/${pid}/task/${task}/children`))
  return children.flatMap((child) => [child, ...findBelow(child)])
}

function listTasks(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

const content = Buffer.alloc(1 << 16)

function numbersIn(file: string): number[] {
  const fd = open(file)
  const length = readInto(fd)
  close(fd)
  return content.toString('latin1', 0, length).split(' ').filter(Boolean).map(Number)
}

function watch(pid: number): Watched {
  return { pid, stat: open(`/proc/${pid}/stat`), schedstat: open(`/proc/${pid}/schedstat`) }
}

function unwatch({ stat, schedstat }: Watched): void {
  close(stat)
  close(schedstat)
}

function threadMs({ schedstat }: Watched): number {
  return readInto(schedstat) === 0 ? 0 : numberAt(0) / 1e6
}

function endedChildrenMs({ stat }: Watched): number {
  const length = readInto(stat)
  const fields = content.subarray(0, length).lastIndexOf(NAME_END) + 2
  return TIMES_OF_ENDED_CHILDREN.reduce((sum, place) => sum + fieldBehind(fields, place, length), 0) * TICK_MS
}

function fieldBehind(start: number, place: number, length: number): number {
  let at = start
  for (let passed = 0; passed < place && at < length; at++) if (content[at] === SPACE) passed++
  return at < length ? numberAt(at) : 0
}

/** The digits from there on. */
function numberAt(start: number): number {
  let value = 0
  for (let at = start; content[at]! >= ZERO && content[at]! < ZERO + 10; at++)
    value = value * 10 + content[at]! - ZERO
  return value
}

/** How much was read into `content`; nothing of a process that has ended. */
function readInto(fd: number | undefined): number {
  if (fd === undefined) return 0
  try {
    return readSync(fd, content, 0, content.length, 0)
  } catch {
    return 0
  }
}

function open(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch {
    return undefined
  }
}

function close(fd: number | undefined): void {
  if (fd !== undefined) closeSync(fd)
}
