/** Opens what judges answers in IR, on as many threads as are given. */
import { threadModule } from '../base/thread-module.ts'
import { openThreads, type ThreadOptions } from '../execute/open-threads.ts'
import type { IrVerdict } from '../records/ir-verdict.ts'
import type { JudgeIrTask } from './ir-judge-worker.ts'
import type { JudgeIrOptions } from './judge-ir.ts'
import type { AskedGroup } from './open-judged-unit.ts'

export interface IrJudge {
  /**
   * Whether an answer does what the subject of a group does. Many calls may be under way at once. Rejected only when the
   * signal is raised, or where a tool is gone.
   *
   * @param answer the whole answer as the model wrote it
   * @example await judge.judge(stored, '```llvm\ndefine i32 @f() {...}\n```') // { kind: 'equal', inputs: 24, searched: 0 }
   */
  judge(
    stored: AskedGroup,
    answer: string,
    options?: JudgeIrOptions & { readonly signal?: AbortSignal | undefined },
  ): Promise<IrVerdict>
  close(): Promise<void>
}

/** @throws UserError when a tool is missing or no sandbox works here */
export async function openIrJudge(options: ThreadOptions): Promise<IrJudge> {
  const threads = await openThreads(threadModule('ir-judge-worker', import.meta.url), options)
  return {
    judge({ group, unit }, answer, { signal, ...judgeOptions } = {}) {
      const { id, winners, inputs, expected, subject } = group
      const asked = { id, winners, inputs, expected, ...(subject && { subject }) }
      const task: JudgeIrTask = { stored: { group: asked, unit }, answer, options: judgeOptions }
      return threads.run('judgeIrAnswer', task, signal)
    },
    close: () => threads.close(),
  }
}
