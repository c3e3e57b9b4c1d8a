/** What rollouts need from outside of training: tasks, and somebody who says whether an answer solves one. */

import type { Judge } from '../../judge/judge.ts'
import { readAnswer } from '../../judge/read-answer.ts'
import type { Language } from '../../records/language.ts'
import type { TranslationTask } from '../../records/translation-task.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { JudgeAnswer } from './draw-answers.ts'

export interface TaskFilter {
  /** Database of problems. */
  readonly file: string
  readonly split: TranslationTask['split']
  /** Null for all, or for those that the problems were made for. */
  readonly sources: readonly Language[] | null
  readonly targets: readonly Language[] | null
}

export interface Judging {
  tasks(filter: TaskFilter): Promise<readonly TranslationTask[]>
  readonly judge: JudgeAnswer<TranslationTask, Verdict>
  close(): Promise<void>
}

/** By a judge of programs, which is closed with it. */
export function createJudging(tasks: Judging['tasks'], judge: Judge): Judging {
  return {
    tasks,
    async judge({ target, suite }, text, { signal }) {
      const answer = readAnswer(text, target)
      if (answer.kind === 'format-error') return answer
      return judge.judge(answer.program, suite, signal === undefined ? {} : { signal })
    },
    close: () => judge.close(),
  }
}

export type OpenJudging = (config: RolloutConfig) => Promise<Judging>
