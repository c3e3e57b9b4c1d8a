/**
 * A judge whose boxes are spoken to by threads: what a run costs the thread that speaks to its box bounds how many boxes
 * one can keep busy, and here the calling thread has one message a program. In and out: as open-judge.ts.
 *
 * Each thread has compilers that stay of its own. What is given up ends at the latest when the judge is closed.
 */
import { Piscina } from 'piscina'
import { threadModule } from '../base/thread-module.ts'
import type { Verdict } from '../records/verdict.ts'
import type { Judge } from './judge.ts'
import type { JudgeTask } from './judge-worker.ts'
import { openJudge } from './open-judge.ts'

/** One thread keeps some twenty busy whose programs take as long as Python does to start. */
const BOXES_A_THREAD = 16

export interface ThreadedJudgeOptions {
  /** Programs judged at the same time; each takes a core. */
  readonly slots: number
  /** None for few slots: the calling thread speaks to the boxes itself. */
  readonly threads?: number
}

/** @throws UserError as {@link openJudge}, before any thread is started */
export async function openJudgeThreads({
  slots,
  threads = slots < BOXES_A_THREAD ? 0 : Math.ceil(slots / BOXES_A_THREAD),
}: ThreadedJudgeOptions): Promise<Judge> {
  const judge = await openJudge({ slots })
  if (threads === 0) return judge
  await judge.close()
  const each = Array.from({ length: threads }, (_, index) =>
    openThread(Math.floor((slots + index) / threads)),
  )
  let isClosed = false
  return {
    async judge(program, suite, { signal } = {}) {
      if (isClosed) throw new Error('the judge is closed')
      signal?.throwIfAborted()
      const idlest = each.reduce((least, one) => (one.load() < least.load() ? one : least))
      return idlest.judge({ program, suite }, signal)
    },
    async close() {
      isClosed = true
      await Promise.all(each.map((thread) => thread.close()))
    },
  }
}

function openThread(slots: number) {
  const piscina = new Piscina({
    filename: threadModule('judge-worker', import.meta.url),
    minThreads: 1,
    maxThreads: 1,
    // All at once: what waits does so in the thread, where closing finds it.
    concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
    atomics: 'disabled',
    workerData: { slots },
  })
  let open = 0
  return {
    load: () => open / slots,
    judge(task: JudgeTask, signal: AbortSignal | undefined): Promise<Verdict> {
      open++
      const verdict: Promise<Verdict> = piscina
        .run(JSON.stringify(task), { name: 'judgeProgram' })
        .finally(() => open--)
      return signal ? untilAborted(verdict, signal) : verdict
    },
    async close() {
      await piscina.run(undefined, { name: 'closeJudge' })
      await piscina.destroy()
    },
  }
}

function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
