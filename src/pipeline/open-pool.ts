/** The threads that compile and run: one task each at a time, so threads and their children never exceed the jobs given. */
import { Piscina } from 'piscina'
import { type Compiler, compileWorkerFor } from '../execute/choose-compiler.ts'
import { prepareHarness } from '../execute/harness/harness-objects.ts'
import type { UnitLimits } from '../execute/unit-limits.ts'
import type { Extraction } from '../extract/extract-units.ts'
import type { GroupTask } from '../group/build-group.ts'
import type { RedrawTask } from '../group/redraw-group.ts'
import type { LabelFinding } from '../group/verify-group.ts'
import type { StoredGroup, UnitOutcome } from '../records/group-record.ts'
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import { openSandbox } from '../sandbox/sandbox.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import { fromReply } from './reply.ts'
import type { WorkerOptions } from './unit-worker.ts'

export interface Pool {
  extract(task: { source: Source; kinds: readonly Unit['kind'][] }): Promise<Extraction>
  group(task: GroupTask): Promise<UnitOutcome>
  redraw(task: RedrawTask): Promise<UnitOutcome>
  verify(stored: Pick<StoredGroup, 'group' | 'unit'>): Promise<LabelFinding[]>
  close(): Promise<void>
}

export interface PoolOptions {
  readonly jobs: number
  readonly limits: UnitLimits
  readonly compiler: Compiler
}

/**
 * When the signal is raised, tasks that wait and tasks that run are given up at once, and reject.
 *
 * @throws UserError when a tool is missing or no sandbox works here: before any thread is started.
 */
export async function openPool({ jobs, limits, compiler }: PoolOptions, signal: AbortSignal): Promise<Pool> {
  const { clang, llvmAs } = locateTools()
  const compileWorker = compileWorkerFor(compiler)
  const harness = await prepareHarness(clang)
  await (await openSandbox()).close()
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  const piscina = new Piscina({
    filename: new URL(`./unit-worker.${extension}`, import.meta.url).href,
    minThreads: jobs,
    maxThreads: jobs,
    concurrentTasksPerWorker: 1,
    // The default waits by blocking the thread, and nobody would then hear its child processes.
    atomics: 'disabled',
    workerData: { clang, llvmAs, compileWorker, harness, limits } satisfies WorkerOptions,
  })
  return {
    extract: async (task) => fromReply(await piscina.run(task, { name: 'extractSource', signal })),
    group: async (task) => fromReply(await piscina.run(task, { name: 'buildUnit', signal })),
    redraw: async (task) => fromReply(await piscina.run(task, { name: 'redrawUnit', signal })),
    verify: async (stored) => fromReply(await piscina.run(stored, { name: 'verifyLabels', signal })),
    close: () => piscina.destroy(),
  }
}
