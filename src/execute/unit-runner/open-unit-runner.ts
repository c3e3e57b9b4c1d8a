/**
 * A long-lived process that runs units from objects, without a linker, an executable or a start of a program for
 * each run (native/unit-runner), behind the same fences as the sandbox.
 *
 * In: relocatable objects and runs. Out: for every input what the supervisor would have reported of the linked
 * executable. Objects are kept here too: a process that dies is started anew and the run made once more.
 *
 * Not guaranteed: any run of objects that ask for more than the loader knows; the reply then says `unsupported`.
 */
import { tmpdir } from 'node:os'
import { UserError } from '../../base/user-error.ts'
import { removeBoxDirectory } from '../../sandbox/box-directory.ts'
import { wallLimitMs } from '../../sandbox/protocol.ts'
import { commandFor, type Rung } from '../../sandbox/rung.ts'
import { type Fence, fences, noRungWorks, prepareBox } from '../../sandbox/sandbox.ts'
import { SupervisorProcess } from '../../sandbox/supervisor-process.ts'
import { setupCommand } from '../../toolchain/locate-tools.ts'
import { findUnitRunner, type RunnerBuild } from './find-unit-runner.ts'
import type { UnitRun, UnitRunReply } from './protocol.ts'
import {
  decodeReply,
  decodeRunnerHello,
  encodeUnitRun,
  imageObjects,
  UNIT_RUNNER_VERSION,
} from './protocol.ts'

const NAME = '.unit-runner'
const START_TIMEOUT_MS = 30_000
/** The runner keeps the clocks itself; this is for when it does not. */
const ANSWER_GRACE_MS = 10_000

export interface UnitRunnerOptions {
  readonly build: RunnerBuild
  /** Where the box directory is made; default the system's folder for temporary files. */
  readonly temporaryFolder?: string
  /** Only these are tried, in their order. */
  readonly rungs?: readonly Rung[]
}

export interface UnitRunner {
  readonly build: RunnerBuild
  readonly rung: Rung
  /** Process id of the runner's outermost process, while there is one. */
  readonly pid: number | undefined
  /** Keeps an object; it is sent with the first run that names it. */
  load(object: Uint8Array): number
  unload(objects: readonly number[]): void
  /** Runs after all runs asked for earlier. Never rejects, except for a run that could not be encoded. */
  run(run: UnitRun): Promise<UnitRunReply>
  close(): Promise<void>
}

/**
 * Opens a runner on the best rung that works here.
 *
 * @example
 * const runner = await openUnitRunner({ build: 'plain' })
 * const unit = runner.load(object)
 * await runner.run({ images: [{ unit }], inputs: [{ stdin: '1 2\n' }], env: {}, limits: { cpuMs: 1000, outputBytes: 1 << 16 } })
 * // { kind: 'run', reports: [{ kind: 'exited', code: 0, stdout: <Buffer 33 0a>, ... }] }
 *
 * @throws UserError if the runner is not built or no rung works.
 */
export async function openUnitRunner(options: UnitRunnerOptions): Promise<UnitRunner> {
  const executable = findUnitRunner(options.build, process.env)
  if (executable === undefined)
    throw new UserError(`The native unit runner is not built: run \`${setupCommand()}\`.`)
  const box = prepareBox(executable, NAME, options.temporaryFolder ?? tmpdir())
  const failures: string[] = []
  for (const fence of fences(options.rungs)) {
    const started = await start(fence, box, 0)
    if (started.kind === 'started') return new RunningUnitRunner(options.build, box, fence, started.process)
    failures.push(`${fence.rung}: ${started.detail}`)
  }
  const error = noRungWorks(box, NAME, failures)
  removeBoxDirectory(box)
  throw error
}

type StartResult =
  | { readonly kind: 'started'; readonly process: SupervisorProcess }
  | { readonly kind: 'failed'; readonly detail: string }

async function start(fence: Fence, box: string, fill: number): Promise<StartResult> {
  const program = { name: NAME, args: [`${fill}`] }
  const started = new SupervisorProcess(commandFor(fence.rung, box, program), fence.user)
  const detail = await probe(started)
  if (detail === undefined) return { kind: 'started', process: started }
  await started.stop()
  return { kind: 'failed', detail }
}

/** Has a new runner confine a child: one with an object that is none, which it says when everything else worked. */
async function probe(runner: SupervisorProcess): Promise<string | undefined> {
  const hello = await runner.exchange(undefined, START_TIMEOUT_MS)
  if (hello.kind === 'dead') return hello.detail
  const { version } = decodeRunnerHello(hello.frame)
  if (version !== UNIT_RUNNER_VERSION)
    return `the unit runner speaks version ${version}, not ${UNIT_RUNNER_VERSION}`
  const trial: UnitRun = {
    images: [{ unit: 0 }],
    inputs: [{ stdin: '' }],
    env: {},
    limits: { cpuMs: 1000, outputBytes: 1 },
  }
  const frame = encodeUnitRun({ forget: [], keep: new Map([[0, Buffer.from('no object')]]), run: trial })
  const answer = await runner.exchange(frame, START_TIMEOUT_MS)
  if (answer.kind === 'dead') return answer.detail
  const reply = decodeReply(answer.frame)
  return reply.kind === 'unsupported' ? undefined : `a trial run ended with ${JSON.stringify(reply)}`
}

class RunningUnitRunner implements UnitRunner {
  readonly build: RunnerBuild
  readonly rung: Rung
  readonly #box: string
  readonly #fence: Fence
  readonly #objects = new Map<number, Uint8Array>()
  /** What the process has of them. */
  #sent = new Set<number>()
  #forgotten: number[] = []
  #nextObject = 1
  #process: SupervisorProcess
  #fill = 0
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(build: RunnerBuild, box: string, fence: Fence, started: SupervisorProcess) {
    this.build = build
    this.rung = fence.rung
    this.#box = box
    this.#fence = fence
    this.#process = started
  }

  get pid(): number | undefined {
    return this.#process.isDead ? undefined : this.#process.pid
  }

  load(object: Uint8Array): number {
    const id = this.#nextObject++
    this.#objects.set(id, object)
    return id
  }

  unload(objects: readonly number[]): void {
    for (const id of objects) {
      this.#objects.delete(id)
      if (this.#sent.has(id)) this.#forgotten.push(id)
    }
  }

  run(run: UnitRun): Promise<UnitRunReply> {
    const reply = this.#last.then(() => this.#runTwiceIfLost(run))
    this.#last = reply.catch(() => {})
    return reply
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#process.stop()
    await this.#last
    removeBoxDirectory(this.#box)
  }

  async #runTwiceIfLost(run: UnitRun): Promise<UnitRunReply> {
    const first = await this.#runNow(run)
    return first.kind === 'failed' && !this.#closed ? this.#runNow(run) : first
  }

  async #runNow(run: UnitRun): Promise<UnitRunReply> {
    if (this.#closed) return { kind: 'failed', detail: 'the unit runner is closed' }
    const failure = await this.#makeReady(run)
    if (failure !== undefined) return { kind: 'failed', detail: failure }
    const keep = new Map<number, Uint8Array>()
    for (const id of run.images.flatMap(imageObjects)) {
      const object = this.#objects.get(id)
      if (object === undefined) throw new Error(`object ${id} is not loaded`)
      if (!this.#sent.has(id)) keep.set(id, object)
    }
    const frame = encodeUnitRun({ forget: this.#forgotten, keep, run })
    for (const id of this.#forgotten) this.#sent.delete(id)
    this.#forgotten = []
    for (const id of keep.keys()) this.#sent.add(id)
    const timeoutMs = wallLimitMs(run.limits) * (run.inputs.length + 1) + ANSWER_GRACE_MS
    const answer = await this.#process.exchange(frame, timeoutMs)
    return answer.kind === 'frame' ? decodeReply(answer.frame) : { kind: 'failed', detail: answer.detail }
  }

  /** A process that lives and, with a sanitizer, fills memory as this run wants it: that is settled at its start. */
  async #makeReady({ inputs }: UnitRun): Promise<string | undefined> {
    const wanted = this.build === 'asan' ? (inputs[0]?.fill ?? 0) : 0
    if (!this.#process.isDead && wanted === this.#fill) return undefined
    await this.#process.stop()
    const started = await start(this.#fence, this.#box, wanted)
    if (started.kind === 'failed') return started.detail
    this.#process = started.process
    this.#fill = wanted
    this.#sent = new Set()
    this.#forgotten = []
    // Closed while it started: `close` has stopped only the old one.
    if (this.#closed) await this.#process.stop()
    return undefined
  }
}
