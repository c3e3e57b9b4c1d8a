/** What an evaluation keeps of each answer, a line each in answers.jsonl and verdicts.jsonl. docs/evaluation.md has the folder. */
import type { Language } from './language.ts'
import type { Verdict } from './verdict.ts'

/** Which answer: of a problem, and which of the answers to it, from 0. */
export interface AnswerKey {
  readonly problem: string
  readonly sample: number
}

export interface BenchmarkAnswer extends AnswerKey {
  /** What the model wrote, as it wrote it. */
  readonly text: string
  /** `length`: it had not ended when it was as long as it may be. It is judged as it is. */
  readonly finish: 'stop' | 'length'
}

export interface BenchmarkVerdict extends AnswerKey {
  readonly verdict: Verdict
}

/** Of problems.jsonl: what a table needs to know of a problem. */
export interface BenchmarkEntry {
  readonly problem: string
  /** Null where the problem is told in words. */
  readonly source: Language | null
  readonly target: Language
  readonly unanswerable: string | null
}
