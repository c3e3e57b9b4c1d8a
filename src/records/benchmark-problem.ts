/**
 * One problem of a benchmark, to be answered in one language: how a model is asked, how its text becomes a program, and
 * what that program must do. Plain data: whatever a benchmark's rows look like, all of them come to this.
 */
import type { Language, Program } from './language.ts'
import type { Suite } from './suite.ts'

export interface BenchmarkProblem {
  /** Tells it from all others of its benchmark: `humaneval/cpp/HumanEval_0_has_close_elements`. */
  readonly id: string
  /** The program that is to be translated; null where the problem is told in words. */
  readonly source: Program | null
  readonly target: Language
  /** For models that go on with a text; null where the benchmark has no such form. */
  readonly completion: CompletionForm | null
  /** What the user says to a chat model. */
  readonly message: string
  /**
   * Lines that bring in names, as `import math` or `#include <vector>`, from the prompt or from the benchmark's own set-up:
   * those that the answer lacks are put before it. Of Go the paths of packages, of which those come that it uses.
   */
  readonly imports: readonly string[]
  readonly suite: Suite
  /**
   * Why no answer can pass, where that is known: it lies in the data. The problem is asked and counted like all others, as
   * published figures do, and the highest figure that can be reached is said beside.
   */
  readonly unanswerable: string | null
}

export interface CompletionForm {
  readonly prompt: string
  /** What a model writes after the earliest of these is no part of the answer. */
  readonly stops: readonly string[]
  /** What closes what the prompt has opened, behind the completion. */
  readonly end: string
}
