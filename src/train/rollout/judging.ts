/** What rollouts need from outside of training: tasks, and somebody who says whether an answer solves one. */
import type { RolloutConfig } from '../../config/train-config.ts'
import { UserError } from '../../config/user-error.ts'
import type { Language } from '../../judge/language.ts'
import type { Verdict } from '../../judge/verdict.ts'
import type { TranslationTask } from '../../problems/translation-task.ts'

export interface TaskFilter {
  readonly split: TranslationTask['split']
  readonly sources: readonly Language[]
  readonly targets: readonly Language[]
}

export interface Judging {
  tasks(filter: TaskFilter): Promise<readonly TranslationTask[]>
  /**
   * @param text the whole answer as the model wrote it
   * Many calls may be under way at once. Rejected only when the signal is raised.
   */
  judge(
    task: TranslationTask,
    text: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Verdict>
  close(): Promise<void>
}

export type OpenJudging = (config: RolloutConfig) => Promise<Judging>

/** @throws UserError where there is no judge */
export async function openJudgingOf(config: RolloutConfig, open: OpenJudging | undefined): Promise<Judging> {
  if (open !== undefined) return open(config)
  throw new UserError(
    `"method: ${config.method}" wants a judge of answers, which this release has not yet; use sft, dpo or gepo.`,
  )
}
