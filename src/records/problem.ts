import type { Program } from './language.ts'
import type { Comparison, Suite, SuiteLimits, Test } from './suite.ts'

/** Where a problem comes from. `place` and `row` tell it from all others of its data set. */
export interface ProblemOrigin {
  readonly dataset: string
  /** File or folder. */
  readonly place: string
  /** Row of the file, or the folder's own name. */
  readonly row: string
}

/** A problem as its source has it: nothing has been run. */
export interface RawProblem {
  readonly origin: ProblemOrigin
  readonly license: string
  /** The tests, in each way in which the source may mean them; solutions tell which it is. */
  readonly readings: readonly (readonly Test[])[]
  readonly comparison: Comparison
  /** Where the source states them. */
  readonly limits?: SuiteLimits
  /** Said to be right. */
  readonly solutions: readonly Program[]
}

/** What the reader of one form of source makes of an item. */
export type ProblemContent = Omit<RawProblem, 'origin' | 'license'>

/** What a reader yields: a problem, or why an item is none. */
export type ProblemItem =
  | { readonly kind: 'problem'; readonly problem: RawProblem }
  | ({ readonly kind: 'dropped'; readonly origin: ProblemOrigin } & DropReason)

export interface DropReason {
  readonly reason: string
  readonly detail: string
}

/** A problem that can be set: the judge has seen a solution in each language pass all tests. */
export interface ProvenProblem {
  /** sha256 (hex) of the suite: the same tests are the same problem. */
  readonly id: string
  readonly suite: Suite
  /** One a language. */
  readonly solutions: readonly Program[]
}
