import type { ProblemOrigin } from './problem.ts'
import type { TranslationTask } from './translation-task.ts'

/**
 * A task in the form of the paper's CrossPLEval: a solution, its declaration and the target's declaration are given, and
 * call tests judge the answer. A line of such a file is one of these, as JSON.
 */
export interface CrossTask extends Omit<TranslationTask, 'split' | 'dataset' | 'declaration'> {
  readonly origin: ProblemOrigin
  /** The function of `source` as it declares it, without its body. */
  readonly sourceDeclaration: string
  /** What the answer must declare. */
  readonly declaration: string
}
