/** Who answers problems: a model of ours, an endpoint, or a file. */
import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import type { BenchmarkAnswer } from '../../records/benchmark-results.ts'

export interface AnswerRequest {
  readonly problem: BenchmarkProblem
  /** Which of the answers to the problem, from 0. */
  readonly sample: number
}

export type Answering =
  | ({ readonly kind: 'answer' } & Pick<BenchmarkAnswer, 'text' | 'finish'>)
  /** Says nothing of the answer that there would have been: it is asked for again by the next run. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface Answerer {
  /**
   * Asks for all of them, several at a time and in any order.
   *
   * @param onAnswer called with each as soon as it is there
   * @throws UserError where no more answers can be had; the reason of the signal once it is raised
   */
  answer(
    requests: readonly AnswerRequest[],
    onAnswer: (request: AnswerRequest, answering: Answering) => void,
    signal: AbortSignal,
  ): Promise<void>
  close(): Promise<void>
}
