/**
 * The judge: as many boxes as answers are to be judged at the same time, and a queue in front of them.
 *
 * In: programs and suites. Out: a verdict for each. A box that breaks is made anew and the answer judged again, once;
 * then the verdict is `unjudged`.
 *
 * Only behind bubblewrap with user namespaces: unlike C units, answers need processes, threads and files, which no
 * list of system calls can hold alone.
 */
import { tmpdir } from 'node:os'
import { UserError } from '../base/user-error.ts'
import type { Program } from '../records/language.ts'
import type { Suite } from '../records/suite.ts'
import type { Verdict } from '../records/verdict.ts'
import { removeBoxDirectory } from '../sandbox/box-directory.ts'
import { fences, prepareBox } from '../sandbox/sandbox.ts'
import { findJudgeBox } from '../toolchain/find-judge-box.ts'
import { setupCommand } from '../toolchain/locate-tools.ts'
import { type Box, type BoxFence, boxProblem, makeBox } from './box.ts'
import { JUDGE_BOX } from './box-command.ts'
import { findCgroupPlace } from './cgroup.ts'
import type { Judge } from './judge.ts'
import { judgeAnswer } from './judge-answer.ts'
import { type RanProgram, type RunPlan, runProgram } from './run-program.ts'
import { openWorkshop } from './workshop.ts'

export interface JudgeOptions {
  /** Answers judged at the same time; each takes a core. */
  readonly slots: number
  /** Default the system's folder for temporary files. */
  readonly temporaryFolder?: string
  /** The runner's executable; default where `findJudgeBox` finds it. */
  readonly runnerPath?: string
  /** Does without cgroups where there are some; for tests. */
  readonly withoutCgroups?: boolean
}

/** A judge with boxes of its own. */
export interface BoxJudge extends Judge {
  /** What counts the CPU time and the memory of answers: the kernel's cgroups, or looks at their processes. */
  readonly accounting: 'cgroup v1' | 'cgroup v2' | 'processes'
  /** Runs a program without judging it, under the same rules as `judge`. */
  run(
    program: Program,
    plan: RunPlan,
    options?: { readonly signal?: AbortSignal },
  ): Promise<RanProgram | Unjudged>
}

interface SandboxError {
  readonly kind: 'sandbox-error'
  readonly detail: string
}

type Unjudged = Extract<Verdict, { kind: 'unjudged' }>

/**
 * Opens a judge.
 *
 * @example
 * const judge = await openJudge({ slots: 4 })
 * await judge.judge({ language: 'python', code: 'print(int(input()) + 1)' }, suite) // { kind: 'passed' }
 * await judge.close()
 *
 * @throws UserError if no sandbox for answers works here, or its runner is not built
 */
export async function openJudge(options: JudgeOptions): Promise<BoxJudge> {
  const { slots, temporaryFolder = tmpdir() } = options
  const runner = options.runnerPath ?? findJudgeBox(process.env)
  if (runner === undefined) throw new UserError(`The judge's runner is not built: run \`${setupCommand()}\`.`)
  const supportFolder = prepareBox(runner, JUDGE_BOX, temporaryFolder)
  const problems: string[] = []
  const cgroups = options.withoutCgroups ? undefined : findCgroupPlace()
  for (const { user } of fences(['full'])) {
    for (const place of cgroups === undefined ? [undefined] : [cgroups, undefined]) {
      const fence = { supportFolder, user, cgroups: place }
      const problem = await boxProblem(fence)
      if (problem === undefined) return new OpenJudge(fence, slots)
      problems.push(problem)
    }
  }
  removeBoxDirectory(supportFolder)
  throw new UserError(
    `Answers cannot be judged here, as their sandbox needs bubblewrap and user namespaces (${problems[0]}): install ` +
      'bubblewrap, and allow user namespaces (on Ubuntu 24.04: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`).',
  )
}

class OpenJudge implements BoxJudge {
  readonly #fence: BoxFence
  readonly #workshop
  readonly #open = new Set<Promise<unknown>>()
  readonly #boxes: readonly Box[]
  readonly #free: Box[]
  readonly #waiting: ((box: Box) => void)[] = []
  readonly #closing = new AbortController()

  constructor(fence: BoxFence, slots: number) {
    this.#fence = fence
    this.#workshop = openWorkshop(fence)
    this.#boxes = Array.from({ length: slots }, () => makeBox(fence))
    this.#free = [...this.#boxes]
  }

  get accounting() {
    const version = this.#fence.cgroups?.version
    return version === undefined ? 'processes' : (`cgroup ${version}` as const)
  }

  judge(program: Program, suite: Suite, options: { readonly signal?: AbortSignal } = {}): Promise<Verdict> {
    return this.#inBox(options.signal, (box) => judgeAnswer(box, program, suite, this.#workshop))
  }

  run(
    program: Program,
    plan: RunPlan,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RanProgram | Unjudged> {
    return this.#inBox(options.signal, (box) => runProgram(box, program, plan, this.#workshop))
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the judge is closed'))
    await this.#workshop.close()
    await Promise.allSettled(this.#open)
    await Promise.all(this.#boxes.map((box) => box.stop()))
    removeBoxDirectory(this.#fence.supportFolder)
  }

  async #inBox<Result extends { readonly kind: string }>(
    given: AbortSignal | undefined,
    work: (box: Box) => Promise<Result | SandboxError>,
  ): Promise<Result | Unjudged> {
    const signal = given ? AbortSignal.any([given, this.#closing.signal]) : this.#closing.signal
    signal.throwIfAborted()
    const box = await this.#takeBox(signal)
    const done = workTwice(box, signal, work).finally(() => this.#giveBack(box))
    this.#open.add(done)
    try {
      return await done
    } finally {
      this.#open.delete(done)
    }
  }

  #takeBox(signal: AbortSignal): Promise<Box> {
    const box = this.#free.pop()
    if (box !== undefined) return Promise.resolve(box)
    return new Promise((resolve, reject) => {
      const take = (freed: Box) => {
        signal.removeEventListener('abort', leave)
        resolve(freed)
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(take)
    })
  }

  #giveBack(box: Box): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(box)
    else next(box)
  }
}

/** Once, and where the box has failed once more in a new one. */
async function workTwice<Result extends { readonly kind: string }>(
  box: Box,
  signal: AbortSignal,
  work: (box: Box) => Promise<Result | SandboxError>,
): Promise<Result | Unjudged> {
  const stop = () => void box.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const guarded = untilAborted(box, signal)
    let result = await work(guarded)
    if (isSandboxError(result) && !signal.aborted) {
      await box.stop()
      result = await work(guarded)
    }
    signal.throwIfAborted()
    return isSandboxError(result)
      ? { kind: 'unjudged', reason: `the sandbox failed: ${result.detail}` }
      : result
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const isSandboxError = (result: { readonly kind: string }): result is SandboxError =>
  result.kind === 'sandbox-error'

/** The box, but nothing is begun in it any more, and nothing stays, once the signal is raised. */
function untilAborted(box: Box, signal: AbortSignal): Box {
  const ended = { kind: 'sandbox-error', detail: 'given up' } as const
  return {
    ...box,
    async prepare(files) {
      if (signal.aborted) return ended
      const report = await box.prepare(files)
      // It may just have been started anew.
      if (signal.aborted) await box.stop()
      return report
    },
    run: async (request) => (signal.aborted ? ended : box.run(request)),
  }
}
