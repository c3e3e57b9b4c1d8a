/** Judged answers in, how many passed and why the others did not out. */
import { isRight, type Outcome } from './rewarded-task.ts'

/** Shares and means over the answers that were judged. */
export interface AnswerMeasure {
  readonly answers: number
  readonly passRate: number
  /** Tokens of an answer. */
  readonly responseTokens: number
  /** Share of answers that were not ended when they were as long as they may be. */
  readonly truncated: number
  /** Answers that the judge could not judge; they are in no other figure. */
  readonly unjudged: number
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>
  /** By both languages, as in `python to bash` or `c to llvm`. */
  readonly byPair: Readonly<Record<string, { readonly answers: number; readonly passRate: number }>>
}

interface Measured {
  readonly ids: Int32Array
  readonly pair: string
  readonly outcome: Outcome
}

/** @param answers unjudged ones among them or counted apart */
export function measureAnswers(answers: readonly Measured[], unjudgedApart = 0): AnswerMeasure {
  const judged = answers.filter(({ outcome }) => outcome !== 'unjudged')
  const share = (of: readonly Measured[], isMeant: (outcome: Outcome) => boolean) =>
    of.length === 0 ? 0 : of.filter(({ outcome }) => isMeant(outcome)).length / of.length
  const outcomes: Partial<Record<Outcome, number>> = {}
  for (const { outcome } of judged) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const pairs = [...Map.groupBy(judged, ({ pair }) => pair)].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    answers: judged.length,
    passRate: share(judged, isRight),
    responseTokens: judged.reduce((sum, { ids }) => sum + ids.length, 0) / Math.max(judged.length, 1),
    truncated: share(judged, (outcome) => outcome === 'truncated'),
    unjudged: unjudgedApart + answers.length - judged.length,
    outcomes,
    byPair: Object.fromEntries(
      pairs.map(([pair, own]) => [pair, { answers: own.length, passRate: share(own, isRight) }]),
    ),
  }
}
