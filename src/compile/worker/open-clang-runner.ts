/**
 * The one place that decides who answers what is asked of clang for text: the in-process compiler where it is given,
 * with the clang command behind it for the texts that break it, else the command alone. The answers are the same.
 */
import { type ClangRunner, spawnClang, withReference } from '../../toolchain/clang-runner.ts'
import { openCompileWorker } from './open-compile-worker.ts'

export interface OpenClangRunner {
  readonly run: ClangRunner
  close(): Promise<void>
}

/** @throws UserError when the in-process compiler does not start */
export async function openClangRunner({
  clang,
  compileWorker,
}: {
  readonly clang: string
  /** Path of the in-process compiler; undefined without. */
  readonly compileWorker: string | undefined
}): Promise<OpenClangRunner> {
  const spawned = spawnClang(clang)
  if (compileWorker === undefined) return { run: spawned, close: async () => {} }
  const worker = await openCompileWorker({ worker: compileWorker, clang })
  return { run: withReference(worker.run, spawned), close: () => worker.close() }
}
