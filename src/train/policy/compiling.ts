/**
 * Who says whether a model's IR does what the C of a task does: the judge of IR, and the evidence of the tasks' databases.
 */
import { availableParallelism } from 'node:os'
import { defaultCompiler } from '../../execute/choose-compiler.ts'
import { DEFAULT_UNIT_LIMITS } from '../../execute/unit-limits.ts'
import type { JudgeIrOptions } from '../../judge-ir/judge-ir.ts'
import { type IrJudge, openIrJudge } from '../../judge-ir/open-ir-judge.ts'
import type { CompileTask } from '../../records/compile-task.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import { type EvidenceRows, type GroupEvidence, openEvidenceRows } from '../../store/evidence-rows.ts'

export interface Compiling {
  /** Of a database that tasks are from; opened once. */
  rows(database: string): EvidenceRows
  /**
   * Many calls may be under way at once. Rejected only when the signal is raised, or where a tool is gone.
   *
   * @param text the whole answer as the model wrote it
   */
  judge(
    task: CompileTask,
    text: string,
    options: JudgeIrOptions & { readonly signal?: AbortSignal | undefined },
  ): Promise<IrVerdict>
  close(): Promise<void>
}

export interface CompilingOptions {
  /** Answers that are judged at a time; null for as many as cores. */
  readonly jobs: number | null
}

export type OpenCompiling = (options: CompilingOptions) => Promise<Compiling>

/** The answers to one task come about the same time. */
const MOST_GROUPS = 64

/** @throws UserError when a tool is missing or no sandbox works here */
export const openCompilingJudge = ({ jobs }: CompilingOptions): Promise<IrJudge> =>
  openIrJudge({
    jobs: jobs ?? availableParallelism(),
    compiler: defaultCompiler(),
    limits: DEFAULT_UNIT_LIMITS,
  })

/** @throws UserError when a tool is missing or no sandbox works here */
export const openCompiling: OpenCompiling = async (options) =>
  createCompiling(await openCompilingJudge(options))

/** By a judge of IR, which is closed with it. */
export function createCompiling(judge: IrJudge): Compiling {
  const opened = new Map<string, EvidenceRows>()
  const groups = new Map<string, GroupEvidence>()
  const rows = (database: string): EvidenceRows => {
    const known = opened.get(database) ?? openEvidenceRows(database)
    opened.set(database, known)
    return known
  }
  const evidence = ({ database, group }: CompileTask): GroupEvidence => {
    const key = `${group} ${database}`
    const found = groups.get(key) ?? rows(database).group(group)
    groups.delete(key)
    groups.set(key, found)
    if (groups.size > MOST_GROUPS) groups.delete(groups.keys().next().value!)
    return found
  }
  return {
    rows,
    judge: (task, text, options) => judge.judge(evidence(task), text, options),
    async close() {
      for (const one of opened.values()) one.close()
      await judge.close()
    },
  }
}
