/** Threads that compile and run: one task each at a time, so threads and their children never exceed the jobs given. */
import { Piscina } from 'piscina'
import { openSandbox } from '../sandbox/sandbox.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import { type Compiler, compileWorkerFor } from './choose-compiler.ts'
import type { CodeEngineOptions } from './code-engine.ts'
import { prepareHarness } from './harness/harness-objects.ts'
import { fromReply, type Reply } from './reply.ts'
import type { UnitLimits } from './unit-limits.ts'

export interface ThreadOptions {
  readonly jobs: number
  readonly limits: UnitLimits
  readonly compiler: Compiler
}

export interface Threads {
  /**
   * Calls the function that the threads' module exports by that name. When the signal is raised, tasks that wait and
   * tasks that run are given up at once, and reject.
   *
   * @throws UserError as it was thrown in the thread
   */
  run<Result>(name: string, task: unknown, signal?: AbortSignal): Promise<Result>
  close(): Promise<void>
}

/**
 * @param url of the threads' module, whose functions give a `Reply`
 * @throws UserError when a tool is missing or no sandbox works here: before any thread is started.
 */
export async function openThreads(url: string, { jobs, limits, compiler }: ThreadOptions): Promise<Threads> {
  const { clang, llvmAs } = locateTools()
  const compileWorker = compileWorkerFor(compiler)
  const harness = await prepareHarness(clang)
  await (await openSandbox()).close()
  const piscina = new Piscina({
    filename: url,
    minThreads: jobs,
    maxThreads: jobs,
    concurrentTasksPerWorker: 1,
    // The default waits by blocking the thread, and nobody would then hear its child processes.
    atomics: 'disabled',
    workerData: { clang, llvmAs, compileWorker, harness, limits } satisfies CodeEngineOptions,
  })
  return {
    async run<Result>(name: string, task: unknown, signal?: AbortSignal) {
      const reply: Reply<Result> = await piscina.run(task, { name, ...(signal && { signal }) })
      return fromReply(reply)
    },
    close: () => piscina.destroy(),
  }
}
