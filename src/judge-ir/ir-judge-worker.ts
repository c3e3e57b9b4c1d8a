/** Entry of the threads that judge answers in IR: one engine a thread, opened at its first task. */
import { workerData } from 'piscina'
import type { CodeEngineOptions } from '../execute/code-engine.ts'
import { openCodeEngine } from '../execute/open-code-engine.ts'
import { SandboxFailure } from '../execute/outcome/sandbox-failure.ts'
import { type Reply, toReply } from '../execute/reply.ts'
import type { IrVerdict } from '../records/ir-verdict.ts'
import { type JudgeIrOptions, judgeIr } from './judge-ir.ts'
import { type AskedGroup, type OpenedUnit, openJudgedUnit } from './open-judged-unit.ts'

export interface JudgeIrTask {
  readonly stored: AskedGroup
  readonly answer: string
  readonly options: JudgeIrOptions
}

const tools: CodeEngineOptions = workerData
let opened: ReturnType<typeof openCodeEngine> | undefined

/** The answers to one prompt come one after another. */
const MOST_UNITS = 64
const units = new Map<string, OpenedUnit>()

export const judgeIrAnswer = (task: JudgeIrTask): Promise<Reply<IrVerdict>> => toReply(() => judge(task))

async function judge({ stored, answer, options }: JudgeIrTask): Promise<IrVerdict> {
  opened ??= openCodeEngine(tools)
  const engine = await opened
  try {
    const unit = units.get(stored.group.id) ?? (await openJudgedUnit(engine, stored))
    units.delete(stored.group.id)
    units.set(stored.group.id, unit)
    if (units.size > MOST_UNITS) units.delete(units.keys().next().value!)
    if (unit.kind === 'unusable') return { kind: 'unjudged', reason: `of the unit: ${unit.reason}` }
    return await judgeIr(engine, unit.judged, answer, options)
  } catch (error) {
    if (!(error instanceof SandboxFailure)) throw error
    return { kind: 'unjudged', reason: `the sandbox failed: ${error.message}` }
  } finally {
    await engine.releaseAll()
  }
}
