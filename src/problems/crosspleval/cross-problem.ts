/** What a reader yields for CrossPLEval: a function's tests, and solutions that may call it by other names. */
import type { Program } from '../../records/language.ts'
import type { DropReason, ProblemOrigin, RawProblem } from '../../records/problem.ts'

export interface NamedSolution {
  readonly program: Program
  /** What the program calls the function. */
  readonly name: string
  /** The function as the program declares it, without its body. */
  readonly declaration: string
}

/** Its tests call the function by the name that Python's solutions have. */
export interface CrossProblem extends Omit<RawProblem, 'solutions'> {
  readonly solutions: readonly NamedSolution[]
}

export type CrossItem =
  | { readonly kind: 'problem'; readonly problem: CrossProblem }
  | ({ readonly kind: 'dropped'; readonly origin: ProblemOrigin } & DropReason)
