/**
 * One box: a place in memory, behind the fence, where one answer after another is compiled and run.
 *
 * In: files, then runs among them. Out: a report for each. When the runner breaks, the runs until the next `prepare`
 * report a sandbox-error, and that starts it anew. One call at a time.
 */
import { closeSync } from 'node:fs'
import { decodeHello, decodeReport, wallLimitMs } from '../sandbox/protocol.ts'
import type { RunReport } from '../sandbox/run-report.ts'
import { SupervisorProcess, type User } from '../sandbox/supervisor-process.ts'
import { boxCommand, JUDGE_BOX, SUPPORT } from './box-command.ts'
import { BOX_PROTOCOL_VERSION, type BoxFile, type BoxRun, encodeBoxRun, encodePrepare } from './box-frames.ts'
import { type Cgroup, type CgroupPlace, makeCgroup } from './cgroup.ts'

/** A box starts in milliseconds, but on a busy machine nobody knows when. */
const START_TIMEOUT_MS = 300_000
const PREPARE_TIMEOUT_MS = 300_000
/** How much longer the runner waits for a run that waits for a core; it keeps the wall clock itself. */
export const MOST_PATIENCE = 100
/** For when it does not. */
const ANSWER_GRACE_MS = 10_000
/** Of what compilers write: Go's and Rust's executables are the largest. */
export const BOX_BYTES = 256 * 1024 * 1024

export interface Box {
  /** Empties the box and fills it. */
  prepare(files: readonly BoxFile[]): Promise<RunReport>
  run(request: BoxRun): Promise<RunReport>
  /** Ends what runs, which then reports a sandbox-error. */
  stop(): Promise<void>
}

/** The folder that boxes see as /support, and whom they belong to. */
export interface BoxFence {
  readonly supportFolder: string
  readonly user: User | undefined
  /** Where the boxes' cgroups are made, if anywhere. */
  readonly cgroups?: CgroupPlace | undefined
}

export function makeBox(fence: BoxFence): Box {
  let process: SupervisorProcess | undefined
  let cgroup: Cgroup | undefined
  const exchange = async (frame: Buffer, timeoutMs: number): Promise<RunReport> => {
    if (process === undefined || process.isDead) return broken('the sandbox has ended')
    const answer = await process.exchange(frame, timeoutMs)
    return answer.kind === 'frame' ? decodeReport(answer.frame) : broken(answer.detail)
  }
  return {
    async prepare(files) {
      if (process === undefined || process.isDead) {
        const started = await start(fence, () => {
          if (fence.cgroups !== undefined) cgroup ??= makeCgroup(fence.cgroups)
          return cgroup
        })
        if (typeof started === 'string') return broken(started)
        process = started
      }
      return exchange(encodePrepare(files, BOX_BYTES), PREPARE_TIMEOUT_MS)
    },
    run: (request) =>
      exchange(encodeBoxRun(request), MOST_PATIENCE * wallLimitMs(request.limits) + ANSWER_GRACE_MS),
    async stop() {
      // What is prepared meanwhile starts another runner, in a cgroup of its own: this one is emptied by force.
      const ended = { process, cgroup }
      process = undefined
      cgroup = undefined
      await ended.process?.stop()
      await ended.cgroup?.remove()
    },
  }
}

/** Whether boxes work behind this fence: undefined, or why not. Tried with the runner itself, under the real limits. */
export async function boxProblem(fence: BoxFence): Promise<string | undefined> {
  const box = makeBox(fence)
  try {
    const prepared = await box.prepare([])
    if (prepared.kind === 'sandbox-error') return prepared.detail
    const path = `${SUPPORT}/${JUDGE_BOX}`
    const report = await box.run({ path, limits: { cpuMs: START_TIMEOUT_MS, outputBytes: 4096 } })
    if (report.kind === 'sandbox-error') return report.detail
    // Without arguments it says how it is used.
    const works = report.kind === 'exited' && report.code === 2
    return works ? undefined : `a trial run ended with ${report.kind}`
  } finally {
    await box.stop()
  }
}

async function start(
  { supportFolder, user }: BoxFence,
  makeCgroupOnce: () => Cgroup | undefined,
): Promise<SupervisorProcess | string> {
  let cgroup: Cgroup | undefined
  let descriptors: readonly number[]
  try {
    cgroup = makeCgroupOnce()
    descriptors = cgroup?.open() ?? []
  } catch (error) {
    return `no cgroup can be made: ${(error as Error).message}`
  }
  const command = boxCommand(supportFolder, ['serve', ...(cgroup === undefined ? [] : [cgroup.version])])
  const process = new SupervisorProcess({ ...command, descriptors }, user)
  for (const descriptor of descriptors) closeSync(descriptor)
  const first = await process.exchange(undefined, START_TIMEOUT_MS)
  if (first.kind === 'dead') return first.detail
  const { version } = decodeHello(first.frame)
  if (version === BOX_PROTOCOL_VERSION) return process
  await process.stop()
  return `the runner speaks version ${version}, not ${BOX_PROTOCOL_VERSION}; build the native parts again`
}

const broken = (detail: string): RunReport => ({ kind: 'sandbox-error', detail })
