import { createHash } from 'node:crypto'
import type { Language, Program } from './language.ts'
import type { Split } from './split.ts'
import type { Suite } from './suite.ts'

/** One program to be said again in another language, and how an answer is judged. */
export interface TranslationTask {
  /** Of the problem, the source and the target: the same texts give the same id. */
  readonly id: string
  readonly problem: string
  readonly dataset: string
  readonly license: string
  readonly split: Split
  /** A solution that the judge itself has seen pass the suite. */
  readonly source: Program
  readonly target: Language
  /** What the answer must declare, in the target language; absent for whole programs. */
  readonly declaration?: string
  readonly suite: Suite
}

/** @param problem its id */
export function taskId(problem: string, source: Program, target: Language): string {
  return createHash('sha256')
    .update(`${problem}\0${source.language}\0${source.code}\0${target}`)
    .digest('hex')
}
