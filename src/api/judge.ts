/** `gepo/judge`: a model's answer is read, and judged in a sandbox: by a problem's tests, or in IR beside its unit. */
import type { Compiler } from '../execute/choose-compiler.ts'
import type { Judge } from '../judge/judge.ts'
import type { JudgeOptions } from '../judge/open-judge.ts'
import type { IrJudge } from '../judge-ir/open-ir-judge.ts'
import type { TaskSelection } from '../problems/read-tasks.ts'
import type { Suite } from '../records/suite.ts'
import type { TranslationTask } from '../records/translation-task.ts'

export { UserError } from '../base/user-error.ts'
export type { Judge } from '../judge/judge.ts'
export type { JudgeOptions } from '../judge/open-judge.ts'
export { type AnswerReading, readAnswer } from '../judge/read-answer.ts'
export type { JudgeIrOptions } from '../judge-ir/judge-ir.ts'
export type { IrJudge } from '../judge-ir/open-ir-judge.ts'
export type { TaskSelection } from '../problems/read-tasks.ts'
export { type AnswerWitness, IR_VERDICTS, type IrVerdict } from '../records/ir-verdict.ts'
export { type JsonValue, WholeFloat } from '../records/json-value.ts'
export { LANGUAGES, type Language, type Program } from '../records/language.ts'
export {
  type Comparison,
  DEFAULT_SUITE_LIMITS,
  type Suite,
  type SuiteLimits,
  type Test,
} from '../records/suite.ts'
export type { TranslationTask } from '../records/translation-task.ts'
export type { Verdict } from '../records/verdict.ts'

/**
 * Opens a judge, which keeps its sandboxes until it is closed.
 *
 * @example
 * const judge = await startJudge({ slots: 4 })
 * await judge.judge({ language: 'python', code: 'print(int(input()) + 1)' }, suite) // { kind: 'passed' }
 * await judge.close()
 * @throws UserError if no sandbox for answers works here
 */
export async function startJudge(options: JudgeOptions): Promise<Judge> {
  const { openJudge } = await import('../judge/open-judge.ts')
  return openJudge(options)
}

export interface IrJudgeOptions {
  /** Threads; default as many as there are cores. */
  readonly jobs?: number | undefined
  /** Default: `worker` where it works. */
  readonly compiler?: Compiler | undefined
}

/**
 * Opens the judge of answers in LLVM IR to the groups of a database; docs/ir-judge.md has its verdicts.
 *
 * @example
 * const judge = await startIrJudge()
 * for (const stored of readGroups('groups.db')) console.log(await judge.judge(stored, answer)) // { kind: 'differs', ... }
 * await judge.close()
 * @throws UserError when a tool is missing or no sandbox works here
 */
export async function startIrJudge({ jobs, compiler }: IrJudgeOptions = {}): Promise<IrJudge> {
  const { availableParallelism } = await import('node:os')
  const { defaultCompiler } = await import('../execute/choose-compiler.ts')
  const { DEFAULT_UNIT_LIMITS } = await import('../execute/unit-limits.ts')
  const { openIrJudge } = await import('../judge-ir/open-ir-judge.ts')
  return openIrJudge({
    jobs: jobs ?? availableParallelism(),
    compiler: compiler ?? defaultCompiler(),
    limits: DEFAULT_UNIT_LIMITS,
  })
}

/**
 * Reads a problem's file; docs/judge.md has the form.
 *
 * @throws UserError that names the file and each field that is wrong
 */
export async function loadSuite(path: string): Promise<Suite> {
  const { readSuite } = await import('../judge/read-suite.ts')
  return readSuite(path)
}

/**
 * The translation tasks of a database that `gepo problems` made, in an order that depends on its contents alone.
 *
 * @example await loadTasks('problems.db', { split: 'train', targets: ['cpp'] })
 * @throws UserError if the file is no database of problems
 */
export async function loadTasks(database: string, selection: TaskSelection = {}): Promise<TranslationTask[]> {
  const { readTasks } = await import('../problems/read-tasks.ts')
  return readTasks(database, selection)
}
