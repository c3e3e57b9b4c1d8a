import type { Program } from '../records/language.ts'
import type { Suite } from '../records/suite.ts'
import type { Verdict } from '../records/verdict.ts'

/** Runs programs against suites, as many at a time as it was opened for; more calls than that wait for their turn. */
export interface Judge {
  /** Expected outputs stay on this side of the sandbox. Rejected only when `signal` is raised or after `close`. */
  judge(program: Program, suite: Suite, options?: { readonly signal?: AbortSignal }): Promise<Verdict>
  /** Ends every process that the judge has started. */
  close(): Promise<void>
}
