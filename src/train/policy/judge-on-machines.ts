/**
 * Answers judged by every machine of a training: each by the one that has most room. Tasks and their evidence are read where
 * rank 0 is, and the other machines need no database.
 */
import { availableParallelism } from 'node:os'
import { UserError } from '../../base/user-error.ts'
import { openJudge } from '../../judge/open-judge.ts'
import type { IrJudge } from '../../judge-ir/open-ir-judge.ts'
import type { IrVerdict } from '../../records/ir-verdict.ts'
import type { Verdict } from '../../records/verdict.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { Peer, Service } from '../tensor-engine/ranks/services.ts'
import { createCompiling, type OpenCompiling, openCompilingJudge } from './compiling.ts'
import { createJudging, type Judging, type OpenJudging } from './judging.ts'

type JudgeOne = Judging['judge']

/** How many answers are judged at a time on a machine. */
interface Jobs {
  /** Null for as many as cores. */
  readonly jobs: number | null
}

/** The names of what a machine's first process does for the others. */
const PROGRAMS = 'judge'
const IR = 'judgeIr'

/** Another machine, by a process on it. */
export interface JudgingMachine {
  readonly name: string
  readonly peer: Peer
}

/** @param others each other machine */
export function judgeOnMachines(openHere: OpenJudging, others: readonly JudgingMachine[]): OpenJudging {
  if (others.length === 0) return openHere
  return async (config: RolloutConfig) => {
    const here = await openHere(config)
    const onOne = await openMachines(here, others, PROGRAMS, config.judge, remoteJudge)
    return {
      tasks: here.tasks,
      judge: (task, text, options) => onOne((judge) => judge(task, text, options)),
      close: () => here.close(),
    }
  }
}

/** As {@link judgeOnMachines}, answers in IR. */
export function compileOnMachines(
  openHere: (options: Jobs) => Promise<IrJudge>,
  others: readonly JudgingMachine[],
): OpenCompiling {
  return async (options) => {
    const here = await openHere(options)
    const onOne = await openMachines(here, others, IR, options, remoteIrJudge)
    return createCompiling({
      judge: (stored, answer, judgeOptions) => onOne((judge) => judge(stored, answer, judgeOptions)),
      close: () => here.close(),
    })
  }
}

/**
 * @param here how this machine judges; closed where another one cannot
 * @returns does something with how the machine that has most room judges
 */
async function openMachines<Judge>(
  here: { readonly judge: Judge; close(): Promise<void> },
  others: readonly JudgingMachine[],
  service: string,
  { jobs }: Jobs,
  remote: (peer: Peer) => Judge,
): Promise<<Result>(work: (judge: Judge) => Promise<Result>) => Promise<Result>> {
  const openOther = async ({ name, peer }: JudgingMachine) => {
    try {
      return await peer.call<number>(service, 'open', { jobs })
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(`The machine ${name} cannot judge answers: ${error.message}`)
    }
  }
  let slotsOfOthers: number[]
  try {
    slotsOfOthers = await Promise.all(others.map(openOther))
  } catch (error) {
    await here.close()
    throw error
  }
  const machines = [
    { judge: here.judge, slots: jobs ?? availableParallelism(), busy: 0 },
    ...others.map(({ peer }, i) => ({ judge: remote(peer), slots: slotsOfOthers[i]!, busy: 0 })),
  ]
  const load = ({ busy, slots }: (typeof machines)[number]) => busy / slots
  return async (work) => {
    const chosen = machines.reduce((best, one) => (load(one) < load(best) ? one : best))
    chosen.busy++
    try {
      return await work(chosen.judge)
    } finally {
      chosen.busy--
    }
  }
}

interface JudgeRequest {
  readonly task: Parameters<JudgeOne>[0]
  readonly text: string
}

function remoteJudge(peer: Peer): JudgeOne {
  return ({ target, suite }, text, { signal }) =>
    peer.call<Verdict>(PROGRAMS, 'judge', { task: { target, suite }, text }, { signal })
}

interface IrRequest {
  readonly stored: Parameters<IrJudge['judge']>[0]
  readonly answer: string
  readonly options: Omit<NonNullable<Parameters<IrJudge['judge']>[2]>, 'signal'>
}

function remoteIrJudge(peer: Peer): IrJudge['judge'] {
  return (stored, answer, { signal, ...options } = {}) =>
    peer.call<IrVerdict>(IR, 'judge', { stored, answer, options } satisfies IrRequest, { signal })
}

export interface JudgeServices {
  readonly services: Readonly<Record<string, Service>>
  close(): Promise<void>
}

/** What a machine's first process does for {@link judgeOnMachines} and {@link compileOnMachines}. */
export function serveJudges(
  openIr: (options: Jobs) => Promise<Pick<IrJudge, 'judge' | 'close'>> = openCompilingJudge,
): JudgeServices {
  const programs = serveOne(
    async (slots) => createJudging(async () => [], await openJudge({ slots })),
    (judging, { task, text }: JudgeRequest, signal) => judging.judge(task, text, { signal }),
  )
  const ir = serveOne(
    (jobs) => openIr({ jobs }),
    (judge, { stored, answer, options }: IrRequest, signal) =>
      judge.judge(stored, answer, { ...options, signal }),
  )
  return {
    services: { [PROGRAMS]: programs.service, [IR]: ir.service },
    async close() {
      await programs.close()
      await ir.close()
    },
  }
}

/** A judge that is opened when it is first asked for, and anew where that is asked for again. */
function serveOne<Judge extends { close(): Promise<void> }, Asked>(
  open: (slots: number) => Promise<Judge>,
  judge: (judge: Judge, asked: Asked, signal: AbortSignal) => Promise<unknown>,
): { readonly service: Service; close(): Promise<void> } {
  let opened: Judge | undefined
  const close = async () => {
    await opened?.close()
    opened = undefined
  }
  return {
    close,
    async service(operation, argument, { signal }) {
      if (operation !== 'open') return judge(opened!, argument as Asked, signal)
      const slots = (argument as Jobs).jobs ?? availableParallelism()
      await close()
      opened = await open(slots)
      return slots
    },
  }
}
