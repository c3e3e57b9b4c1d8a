/**
 * Compile jobs in, one after the other through one worker process at a time, answers out in the same order. A process
 * that dies is followed by another: the job that it was working on gets the blame, unless it was killed from outside
 * for the first time; the jobs behind it are sent again.
 */
import { UserError } from '../../base/user-error.ts'
import type { ClangResult } from '../../toolchain/run-clang.ts'
import { CPU_LIMIT_S, WALL_LIMIT_MS } from '../../toolchain/run-tool.ts'
import {
  COMPILE_PROTOCOL_VERSION,
  type CompileResponse,
  decodeCompileHello,
  decodeCompileResponse,
  encodeCompileRequest,
} from './protocol.ts'
import { type WorkerEnd, WorkerProcess } from './worker-process.ts'

export interface CompileWorkerOptions {
  /** The worker's absolute path, see find-compile-worker.ts. */
  readonly worker: string
  /** The clang command whose defaults hold. */
  readonly clang: string
  /** CPU time of a job in whole seconds; as for the spawned compiler unless set. */
  readonly cpuLimitS?: number
  /** Address space of the process; as for the spawned compiler unless set. */
  readonly memoryLimitBytes?: number
  /** Jobs after which the process replaces itself by a fresh one. */
  readonly jobsPerProcess?: number
  /** False only to compare: what comes out is the same. */
  readonly precompiledHeaders?: boolean
}

export interface CompileCounts {
  readonly jobs: number
  /** Jobs that took their headers from a precompiled one. */
  readonly precompiled: number
  /** Processes started, the first included. */
  readonly processes: number
}

/** Requests on their way at once: one being worked on, the others so that the worker never waits for this thread. */
const MAX_SENT = 3
const MEMORY_LIMIT_BYTES = 4 * 2 ** 30
const JOBS_PER_PROCESS = 5000
const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024
/** What comes from outside says nothing about the job. */
const FOREIGN_SIGNALS: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

const isForeign = ({ signal }: WorkerEnd): boolean => signal !== undefined && FOREIGN_SIGNALS.has(signal)

export type CompileAnswer = CompileResponse | Extract<ClangResult, { readonly kind: 'timeout' | 'crashed' }>

interface Job {
  readonly frame: Buffer
  readonly resolve: (answer: CompileAnswer) => void
  readonly reject: (error: Error) => void
  /** A process was killed from outside while it worked on this. */
  wasKilled: boolean
}

/** As native/compile-worker/main.cpp takes them. */
function workerArguments(options: CompileWorkerOptions): string[] {
  const {
    clang,
    cpuLimitS = CPU_LIMIT_S,
    memoryLimitBytes = MEMORY_LIMIT_BYTES,
    jobsPerProcess = JOBS_PER_PROCESS,
    precompiledHeaders = true,
  } = options
  const numbers = [cpuLimitS, memoryLimitBytes, jobsPerProcess].map(String)
  return [clang, ...numbers, ...(precompiledHeaders ? [] : ['--no-precompiled-headers'])]
}

export class CompileQueue {
  readonly #options: CompileWorkerOptions
  readonly #waiting: Job[] = []
  /** Answered in this order; the first one is being worked on. */
  #sent: Job[] = []
  #process: WorkerProcess | undefined
  #wallTimer: NodeJS.Timeout | undefined
  #isOverdue = false
  #isClosed = false
  readonly #counts = { jobs: 0, precompiled: 0, processes: 0 }

  constructor(options: CompileWorkerOptions) {
    this.#options = options
  }

  get counts(): CompileCounts {
    return { ...this.#counts }
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#startProcess(resolve, reject))
  }

  ask(args: readonly string[], text: string): Promise<CompileAnswer> {
    if (this.#isClosed) throw new Error('the compile worker is closed')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame: encodeCompileRequest(args, text), resolve, reject, wasKilled: false })
      this.#sendWaiting()
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const process = this.#process
    process?.holdEventLoop(true)
    process?.kill()
    await process?.ended
  }

  #startProcess(onHello?: () => void, onFailure?: (error: Error) => void, wasKilled = false): WorkerProcess {
    const { worker } = this.#options
    let isReady = false
    const process = new WorkerProcess(worker, workerArguments(this.#options), {
      onFrame: (frame) => {
        if (isReady) return this.#settle(decodeCompileResponse(frame))
        isReady = true
        const version = decodeCompileHello(frame)
        if (version === COMPILE_PROTOCOL_VERSION) onHello?.()
        else onFailure?.(new UserError(`${worker} is of another version: run \`npm run setup\`.`))
      },
      onEnd: (end) => {
        this.#bury(end)
        if (isReady || onHello === undefined) return
        if (isForeign(end) && !wasKilled && !this.#isClosed) this.#startProcess(onHello, onFailure, true)
        else onFailure?.(new UserError(`The compile worker does not start: ${end.detail}`))
      },
    })
    this.#process = process
    this.#counts.processes++
    process.holdEventLoop(onHello !== undefined)
    return process
  }

  #sendWaiting(): void {
    const process = this.#process ?? this.#startProcess()
    if (this.#sent.length === 0) this.#watch(this.#waiting[0])
    while (this.#waiting.length > 0 && this.#sent.length < MAX_SENT) {
      const job = this.#waiting.shift()!
      this.#sent.push(job)
      process.send(job.frame)
    }
    process.holdEventLoop(this.#sent.length > 0)
  }

  /** Starts the clock of the job that is being worked on now. */
  #watch(job: Job | undefined): void {
    clearTimeout(this.#wallTimer)
    if (!job) return
    this.#wallTimer = setTimeout(() => {
      this.#isOverdue = true
      this.#process?.kill()
    }, WALL_LIMIT_MS)
  }

  #settle(response: CompileResponse): void {
    const job = this.#sent.shift()
    if (!job) throw new Error('the compile worker answers what nobody asked')
    this.#counts.jobs++
    if (response.kind === 'ok' && response.precompiled) this.#counts.precompiled++
    job.resolve(
      response.kind === 'ok' && response.output.length > OUTPUT_LIMIT_BYTES
        ? { kind: 'crashed', detail: `output over ${OUTPUT_LIMIT_BYTES} bytes` }
        : response,
    )
    this.#watch(this.#sent[0])
    this.#sendWaiting()
  }

  #bury(end: WorkerEnd): void {
    this.#process = undefined
    clearTimeout(this.#wallTimer)
    const [culprit, ...others] = this.#sent
    this.#sent = []
    this.#waiting.unshift(...others)
    if (culprit) this.#blame(culprit, end)
    this.#isOverdue = false
    if (this.#isClosed) this.#rejectAll()
    else if (this.#waiting.length > 0) this.#sendWaiting()
  }

  #blame(job: Job, end: WorkerEnd): void {
    if (this.#isClosed || (isForeign(end) && !this.#isOverdue && !job.wasKilled)) {
      job.wasKilled = true
      this.#waiting.unshift(job)
    } else {
      this.#counts.jobs++
      job.resolve(this.#failureFor(end))
    }
  }

  #failureFor(end: WorkerEnd): CompileAnswer {
    if (this.#isOverdue) return { kind: 'timeout', afterMs: WALL_LIMIT_MS }
    if (end.signal === 'SIGPROF')
      return { kind: 'timeout', afterMs: (this.#options.cpuLimitS ?? CPU_LIMIT_S) * 1000 }
    return { kind: 'crashed', detail: end.detail }
  }

  #rejectAll(): void {
    for (const job of this.#waiting.splice(0)) job.reject(new Error('the compile worker was closed'))
  }
}
