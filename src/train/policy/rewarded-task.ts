/** What a policy can earn a reward for: a translation that passes its tests, or IR that does what its C does. */
import type { CompileTask } from '../../records/compile-task.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import type { TranslationTask } from '../../records/translation-task.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { Compiling } from './compiling.ts'
import type { JudgeAnswer, Truncated } from './draw-answers.ts'
import type { Judging } from './judging.ts'

export type RewardedTask = TranslationTask | CompileTask
export type RewardedVerdict = Verdict | IrVerdict
export type Outcome = (RewardedVerdict | Truncated)['kind']

export const isRight = (outcome: Outcome): boolean => outcome === 'passed' || outcome === 'equal'

const isCompileTask = (task: RewardedTask): task is CompileTask => 'database' in task

/** Both languages, and the level where one is asked for. @example pairOf(task) // 'python to bash', 'c to llvm O2' */
export function pairOf(task: RewardedTask): string {
  if (!isCompileTask(task)) return `${task.source.language} to ${task.target}`
  return task.level === null ? 'c to llvm' : `c to llvm ${task.level}`
}

export interface RewardJudges {
  /** Undefined where there is nothing of the kind to judge. */
  readonly judging: Pick<Judging, 'judge'> | undefined
  readonly compiling: Pick<Compiling, 'judge'> | undefined
  /** Of IR: inputs to look for a difference on beyond a group's. */
  readonly searchInputs: number
}

export function judgeRewarded({
  judging,
  compiling,
  searchInputs,
}: RewardJudges): JudgeAnswer<RewardedTask, RewardedVerdict> {
  return (task, text, options) =>
    isCompileTask(task)
      ? compiling!.judge(task, text, { ...options, searchInputs })
      : judging!.judge(task, text, options)
}
