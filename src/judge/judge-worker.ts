/** Entry of a judge's threads (open-judge-threads.ts): a judge of its own, opened at the first task. */
import { workerData } from 'piscina'
import { parseKeepingFloats } from '../records/json-value.ts'
import type { Program } from '../records/language.ts'
import type { Suite } from '../records/suite.ts'
import type { Verdict } from '../records/verdict.ts'
import { openJudge } from './open-judge.ts'

/** JSON of it crosses: its floats are objects of a class, which a clone is none of. */
export interface JudgeTask {
  readonly program: Program
  readonly suite: Suite
}

let opened: ReturnType<typeof openJudge> | undefined
const open = () => (opened ??= openJudge({ slots: workerData.slots }))

export async function judgeProgram(task: string): Promise<Verdict> {
  const { program, suite } = parseKeepingFloats(task) as unknown as JudgeTask
  return (await open()).judge(program, suite)
}

export const closeJudge = async (): Promise<void> => (await opened)?.close()
