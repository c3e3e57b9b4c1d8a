/**
 * A sandbox for untrusted executables: a supervisor process (native/supervise/supervise.c) behind the best fence that
 * this machine has (rung.ts), and a directory of executables.
 *
 * In: executables in `boxPath` and requests. Out: a report for each, also when the sandbox itself breaks; it then
 * starts anew for the next run. Runs of one sandbox follow each other and cannot influence each other; run several in
 * parallel with one sandbox per worker thread, each of which ends with its thread.
 *
 * Not guaranteed: equal results of runs whose program asks for time, process id or random bytes.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { UserError } from '../base/user-error.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import { makeBoxDirectory, removeBoxDirectory } from './box-directory.ts'
import {
  decodeHello,
  decodeReport,
  encodeRequest,
  type Hello,
  RUN_PROTOCOL_VERSION,
  wallLimitMs,
} from './protocol.ts'
import type { RunReport, RunRequest } from './run-report.ts'
import { commandFor, NOBODY, RUNGS, type Rung, SUPERVISE } from './rung.ts'
import { SupervisorProcess, type User } from './supervisor-process.ts'

export type { FinishedRun, RunReport, RunRequest } from './run-report.ts'
export type { Rung } from './rung.ts'

const START_TIMEOUT_MS = 30_000
/** The supervisor keeps the wall clock itself; this is for when it does not. */
const ANSWER_GRACE_MS = 10_000
const OVERRIDE = 'GEPO_UNSAFE_NO_SANDBOX'

export interface SandboxOptions {
  /** Where the box directory is made; default the system's folder for temporary files. */
  readonly temporaryFolder?: string
  /** The supervisor's executable; default where `locateTools` finds it. */
  readonly supervisePath?: string
  /** Only these are tried, in their order; default all, `none` only under the override. */
  readonly rungs?: readonly Rung[]
}

export interface Sandbox {
  /** Host path of the directory for executables; requests name them relative to it. */
  readonly boxPath: string
  readonly rung: Rung
  /** Version of Landlock that also holds, whatever the rung; 0: this kernel has none. */
  readonly landlockAbi: number
  /** Process id of the supervisor's outermost process, while there is one. */
  readonly supervisorPid: number | undefined
  /** Runs after all runs asked for earlier. Never rejects, except for a request that could not be encoded. */
  run(request: RunRequest): Promise<RunReport>
  /** Ends what runs (its report is a sandbox-error) and removes the box directory. */
  close(): Promise<void>
}

export interface Fence {
  readonly rung: Rung
  readonly user: User | undefined
}

/**
 * Opens a sandbox on the best rung that works here.
 *
 * @example
 * const sandbox = await openSandbox()
 * await writeFile(join(sandbox.boxPath, 'sum'), executable, { mode: 0o755 })
 * const report = await sandbox.run({ path: 'sum', stdin: '1 2\n', limits: { cpuMs: 1000, outputBytes: 1 << 20 } })
 * // { kind: 'exited', code: 0, stdout: <Buffer 33 0a>, ... }
 * await sandbox.close()
 *
 * @throws UserError if no rung works and the override is not set, or the supervisor is not built.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const supervise = options.supervisePath ?? locateTools().supervise
  const boxPath = prepareBox(supervise, SUPERVISE, options.temporaryFolder ?? tmpdir())
  const failures: string[] = []
  for (const fence of fences(options.rungs)) {
    const started = await start(fence, boxPath)
    if (started.kind === 'started') {
      return new RunningSandbox(boxPath, fence, started)
    }
    failures.push(`${fence.rung}: ${started.detail}`)
  }
  const error = noRungWorks(boxPath, SUPERVISE, failures)
  removeBoxDirectory(boxPath)
  throw error
}

/** A new box directory in `parent` with a copy of `program`, called `name`. */
export function prepareBox(program: string, name: string, parent: string): string {
  let boxPath: string | undefined
  try {
    boxPath = makeBoxDirectory(parent)
    // A copy in the box: the checkout may lie where the sandbox's user cannot look.
    copyFileSync(program, join(boxPath, name))
    chmodSync(join(boxPath, name), 0o555)
    return boxPath
  } catch (error) {
    if (boxPath) removeBoxDirectory(boxPath)
    const { message } = error as Error
    throw new UserError(
      `The sandbox cannot write to ${parent} (${message}): let TMPDIR name a folder with room.`,
    )
  }
}

/** Why nothing could be started behind any fence; `name` is the program in the box that was tried. */
export function noRungWorks(boxPath: string, name: string, failures: readonly string[]): UserError {
  const { error } = spawnSync(join(boxPath, name))
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'EACCES') {
    return new UserError(
      `Nothing can be executed in ${dirname(boxPath)}: let TMPDIR name a folder not mounted noexec.`,
    )
  }
  return new UserError(
    `No sandbox works on this machine, so untrusted programs will not be run: install bubblewrap and allow user ` +
      `namespaces, or use a kernel with Landlock (5.13 or later), or set ${OVERRIDE}=1 to run them without ` +
      `protection (tried ${failures.join('; ')}).`,
  )
}

/** What to try, best first. Real root gives up its rights where that works. */
export function fences(rungs: readonly Rung[] | undefined): Fence[] {
  const allowed = rungs ?? RUNGS.filter((rung) => rung !== 'none' || process.env[OVERRIDE] === '1')
  const users = process.getuid?.() === 0 ? [{ uid: NOBODY, gid: NOBODY }, undefined] : [undefined]
  return allowed.flatMap((rung) => users.map((user) => ({ rung, user })))
}

interface Started {
  readonly kind: 'started'
  readonly process: SupervisorProcess
  readonly hello: Hello
}

interface Failed {
  readonly kind: 'failed'
  readonly detail: string
}

async function start(fence: Fence, boxPath: string): Promise<Started | Failed> {
  const process = new SupervisorProcess(commandFor(fence.rung, boxPath), fence.user)
  const result = await probe(process)
  if (result.kind === 'failed') await process.stop()
  return result
}

/** Has a new supervisor run something under the real policy: itself, which without arguments ends with exit 2. */
async function probe(process: SupervisorProcess): Promise<Started | Failed> {
  const failed = (detail: string): Failed => ({ kind: 'failed', detail })
  const first = await process.exchange(undefined, START_TIMEOUT_MS)
  if (first.kind === 'dead') return failed(first.detail)
  const hello = decodeHello(first.frame)
  if (hello.version !== RUN_PROTOCOL_VERSION) {
    return failed(`the supervisor speaks version ${hello.version}, not ${RUN_PROTOCOL_VERSION}`)
  }
  const limits = { cpuMs: START_TIMEOUT_MS, outputBytes: 4096 }
  const answer = await process.exchange(encodeRequest({ path: SUPERVISE, limits }), START_TIMEOUT_MS)
  if (answer.kind === 'dead') return failed(answer.detail)
  const report = decodeReport(answer.frame)
  if (report.kind === 'exited' && report.code === 2) return { kind: 'started', process, hello }
  return failed(report.kind === 'sandbox-error' ? report.detail : `a trial run ended with ${report.kind}`)
}

class RunningSandbox implements Sandbox {
  readonly boxPath: string
  readonly rung: Rung
  readonly landlockAbi: number
  readonly #fence: Fence
  #supervisor: SupervisorProcess
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(boxPath: string, fence: Fence, started: Started) {
    this.boxPath = boxPath
    this.rung = fence.rung
    this.landlockAbi = started.hello.landlockAbi
    this.#fence = fence
    this.#supervisor = started.process
  }

  get supervisorPid(): number | undefined {
    return this.#supervisor.isDead ? undefined : this.#supervisor.pid
  }

  async run(request: RunRequest): Promise<RunReport> {
    const frame = encodeRequest(request)
    const timeoutMs = wallLimitMs(request.limits) + ANSWER_GRACE_MS
    const report = this.#last.then(() => this.#runNow(frame, timeoutMs))
    this.#last = report
    return report
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#supervisor.stop()
    await this.#last
    removeBoxDirectory(this.boxPath)
  }

  async #runNow(frame: Buffer, timeoutMs: number): Promise<RunReport> {
    if (this.#closed) return { kind: 'sandbox-error', detail: 'the sandbox is closed' }
    if (this.#supervisor.isDead) {
      const started = await start(this.#fence, this.boxPath)
      if (started.kind === 'failed') return { kind: 'sandbox-error', detail: started.detail }
      this.#supervisor = started.process
      // Closed while it started: `close` has stopped only the old one.
      if (this.#closed) await this.#supervisor.stop()
    }
    const answer = await this.#supervisor.exchange(frame, timeoutMs)
    return answer.kind === 'frame'
      ? decodeReport(answer.frame)
      : { kind: 'sandbox-error', detail: answer.detail }
  }
}
