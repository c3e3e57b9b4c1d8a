/**
 * Problems and whoever answers them in; answers and verdicts in the results folder, as they come. What an earlier run has
 * written there is not asked or judged again, but for what could not be judged then.
 */
import type { Judge } from '../judge/judge.ts'
import type { BenchmarkProblem } from '../records/benchmark-problem.ts'
import type { AnswerKey } from '../records/benchmark-results.ts'
import type { Verdict } from '../records/verdict.ts'
import { answerProgram } from './answer-program.ts'
import type { Answerer, AnswerRequest } from './answerers/answerer.ts'
import { keyOf, type ResultsFolder } from './results-folder.ts'

export type BenchmarkEvent =
  | { readonly kind: 'benchmark-started'; readonly answers: number; readonly earlier: number }
  | { readonly kind: 'answer-judged'; readonly verdict: Verdict['kind'] }
  | { readonly kind: 'answer-missing' }
  | { readonly kind: 'note'; readonly text: string }

export interface EvaluateBenchmarkOptions {
  readonly problems: readonly BenchmarkProblem[]
  readonly results: ResultsFolder
  /** Called once there is something to ask. */
  readonly openAnswerer: () => Promise<Answerer>
  readonly judge: Pick<Judge, 'judge'>
  readonly report: (event: BenchmarkEvent) => void
  readonly signal: AbortSignal
}

export interface BenchmarkRun {
  readonly kind: 'finished' | 'interrupted'
  /** Answers that were asked for and did not come, with the reason. */
  readonly missing: readonly (AnswerKey & { readonly reason: string })[]
}

export async function evaluateBenchmark(options: EvaluateBenchmarkOptions): Promise<BenchmarkRun> {
  const { problems, results, openAnswerer, judge, report, signal } = options
  const { prompt, samples } = results.config.answers
  const all = problems.flatMap((problem) =>
    Array.from({ length: samples }, (_, sample): AnswerRequest => ({ problem, sample })),
  )
  const open = all.filter((request) => !isJudged(results, keyIn(request)))
  report({ kind: 'benchmark-started', answers: open.length, earlier: all.length - open.length })

  const judging: Promise<void>[] = []
  const judgeOne = async (request: AnswerRequest, text: string) => {
    const reading = answerProgram(request.problem, prompt, text)
    const verdict =
      reading.kind === 'program'
        ? await judge.judge(reading.program, request.problem.suite, { signal })
        : reading
    results.addVerdict({ ...keyIn(request), verdict })
    report({ kind: 'answer-judged', verdict: verdict.kind })
  }
  const beginJudging = (request: AnswerRequest, text: string) => {
    const judged = judgeOne(request, text)
    // Awaited at the end; until then a failure is nobody's.
    judged.catch(() => {})
    judging.push(judged)
  }
  const missing: (AnswerKey & { readonly reason: string })[] = []
  const unasked: AnswerRequest[] = []
  for (const request of open) {
    const answer = results.answers.get(keyOf(keyIn(request)))
    if (answer === undefined) unasked.push(request)
    else beginJudging(request, answer.text)
  }
  try {
    if (unasked.length > 0) {
      const answerer = await openAnswerer()
      try {
        await answerer.answer(
          unasked,
          (request, answering) => {
            if (answering.kind === 'failed') {
              missing.push({ ...keyIn(request), reason: answering.reason })
              report({ kind: 'answer-missing' })
              return
            }
            const { text, finish } = answering
            results.addAnswer({ ...keyIn(request), text, finish })
            beginJudging(request, text)
          },
          signal,
        )
      } finally {
        await answerer.close()
      }
    }
    await Promise.all(judging)
    return { kind: 'finished', missing }
  } catch (error) {
    // What is answered is judged before the reason is said, unless that is to stop.
    await Promise.allSettled(judging)
    if (signal.aborted) return { kind: 'interrupted', missing }
    throw error
  }
}

const keyIn = ({ problem, sample }: AnswerRequest): AnswerKey => ({ problem: problem.id, sample })

function isJudged({ verdicts }: Pick<ResultsFolder, 'verdicts'>, key: AnswerKey): boolean {
  const kind = verdicts.get(keyOf(key))?.verdict.kind
  return kind !== undefined && kind !== 'unjudged'
}
