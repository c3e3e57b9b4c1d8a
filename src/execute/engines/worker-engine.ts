/**
 * The fast engine: a process that holds clang's libraries, and processes that run objects without linking or
 * starting a program. What it gives is what the reference (spawn-engine.ts) gives; what its parts cannot do (an
 * object that needs the real linker, a text that breaks the compiler) it hands to the reference.
 */
import { once } from '../../base/once.ts'
import { openCompileWorker } from '../../compile/worker/open-compile-worker.ts'
import { type Assembled, assemble, refused, TOO_SLOW } from '../../toolchain/assemble.ts'
import type { ClangResult } from '../../toolchain/run-clang.ts'
import type { BuildResult, CodeEngine, CodeEngineOptions } from '../code-engine.ts'
import { buildKey } from './build-key.ts'
import { LoadedObjects } from './worker/loaded-objects.ts'
import { Reference } from './worker/reference.ts'
import { exploreInputs, replayInputs } from './worker/run-covered.ts'
import { runJobs } from './worker/run-jobs.ts'

export async function openWorkerEngine(
  options: CodeEngineOptions & { readonly compileWorker: string },
): Promise<CodeEngine> {
  const compiler = await openCompileWorker({ worker: options.compileWorker, clang: options.clang })
  const objects = new LoadedObjects(compiler, options.harness, options.limits)
  const reference = new Reference(options)
  const builds = new Map<string, Promise<BuildResult>>()
  return {
    combinesMutants: true,
    async emitIr(code, level, emitOptions) {
      const result = await compiler.emit(code, level, emitOptions)
      if (result.kind !== 'crashed') return result
      return (await reference.engine()).emitIr(code, level, emitOptions)
    },
    assemble: async (ir) => assembledBy(await compiler.assemble(ir)) ?? (await assemble(options.llvmAs, ir)),
    build: (code, build, entryPoint) =>
      once(
        builds,
        buildKey(code, build, entryPoint),
        async () =>
          (await objects.build(code, build, entryPoint)) ??
          (await reference.engine()).build(code, build, entryPoint),
      ),
    run: (jobs) => runJobs(objects, reference, jobs),
    explore: (executable, explorations) => exploreInputs(objects, reference, executable, explorations),
    replay: (executable, replays) => replayInputs(objects, reference, executable, replays),
    async releaseAll() {
      builds.clear()
      await objects.releaseAll()
      await reference.releaseAll()
    },
    async close() {
      await objects.close()
      await reference.close()
    },
  }
}

/** Undefined where the text broke the process. */
function assembledBy(result: ClangResult): Assembled | undefined {
  switch (result.kind) {
    case 'ok':
      return { kind: 'ok' }
    case 'rejected':
      return refused(result.stderr)
    case 'timeout':
      return { kind: 'failed', detail: TOO_SLOW }
    case 'crashed':
      return undefined
  }
}
