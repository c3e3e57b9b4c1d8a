/** A compile worker for the tests of one file, by the clang that they spawn. */

import { findCompileWorker } from '../../../src/compile/worker/find-compile-worker.ts'
import {
  type CompileWorker,
  type CompileWorkerOptions,
  openCompileWorker,
} from '../../../src/compile/worker/open-compile-worker.ts'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'

export const { clang } = locateTools()

export function openTestWorker(options: Partial<CompileWorkerOptions> = {}): Promise<CompileWorker> {
  const worker = findCompileWorker(process.env)
  if (worker === undefined) throw new Error('native/build/compile-worker is not built: npm run setup')
  return openCompileWorker({ worker, clang, ...options })
}
