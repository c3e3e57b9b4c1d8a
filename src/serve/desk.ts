/**
 * What an endpoint works with, for one request: the judge and `verify` behind the queue, ended when the client leaves or
 * the time is over. `close` waits until nothing of the request runs any more.
 */
import type { BoxJudge } from '../judge/open-judge.ts'
import type { RanProgram, RunPlan } from '../judge/run-program.ts'
import type { Program } from '../records/language.ts'
import type { Suite } from '../records/suite.ts'
import type { Verdict } from '../records/verdict.ts'
import type { VersionFile } from '../verify/read-version.ts'
import type { VerifyFiles, VerifyFilesOptions } from '../verify/verify-files.ts'
import { RequestError } from './request-error.ts'
import type { ServeLimits } from './serve-limits.ts'
import type { ServeMetrics } from './serve-metrics.ts'
import type { Place } from './work-queue.ts'

/** A verdict that says something about the answer. */
export type KnownVerdict = Exclude<Verdict, { kind: 'unjudged' }>

export interface Desk {
  readonly limits: ServeLimits
  /** For a request with several answers. @throws RequestError where they do not fit into the queue */
  expect(answers: number): void
  /** @throws RequestError where the answer cannot be judged: nothing may be made of that */
  judge(program: Program, suite: Suite): Promise<KnownVerdict>
  run(program: Program, plan: RunPlan): Promise<RanProgram | Extract<Verdict, { kind: 'unjudged' }>>
  verify(files: readonly [VersionFile, VersionFile], options: VerifyFilesOptions): ReturnType<VerifyFiles>
}

/** What all desks share. */
export interface DeskMeans {
  readonly judge: BoxJudge
  /** Or why this machine cannot compare code. */
  readonly verify: VerifyFiles | string
  readonly limits: ServeLimits
  readonly metrics: ServeMetrics
}

export function openDesk(
  { judge, verify, limits, metrics }: DeskMeans,
  place: Place,
  client: AbortSignal,
): Desk & { close(): Promise<void> } {
  const closing = new AbortController()
  const open = new Set<Promise<unknown>>()
  const work = <Result>(begin: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const leaving = AbortSignal.any([client, closing.signal])
    const done = place.run(leaving, async () => {
      const tooLate = AbortSignal.timeout(limits.answerMs)
      try {
        return await begin(AbortSignal.any([leaving, tooLate]))
      } catch (error) {
        if (leaving.aborted || !tooLate.aborted) throw error
        throw new RequestError(
          504,
          `It took more than ${limits.answerMs / 1000} s, so nothing is known of it (see --max-answer-seconds).`,
        )
      }
    })
    open.add(done)
    // Not `finally`: its promise would be one more that nobody catches.
    const forget = () => void open.delete(done)
    done.then(forget, forget)
    return done
  }
  return {
    limits,
    expect: (answers) => place.widen(answers),
    async judge(program, suite) {
      const verdict = await work((signal) => judge.judge(program, suite, { signal }))
      metrics.countOutcome(program.language, verdict.kind)
      if (verdict.kind === 'unjudged')
        throw new RequestError(500, `The answer is not judged: ${verdict.reason}`)
      return verdict
    },
    async run(program, plan) {
      const ran = await work((signal) => judge.run(program, plan, { signal }))
      metrics.countOutcome(program.language, ran.kind)
      return ran
    },
    verify(files, options) {
      if (typeof verify === 'string') throw new RequestError(501, verify)
      return work((signal) => verify(files, { ...options, signal }))
    },
    async close() {
      closing.abort()
      await Promise.allSettled(open)
      place.leave()
    },
  }
}
