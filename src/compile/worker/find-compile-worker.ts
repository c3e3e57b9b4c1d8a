/** Where the in-process compiler is, if it is built: it is not where LLVM's development files are missing. */
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { findExecutable } from '../../toolchain/find-executable.ts'

/** The program that `GEPO_COMPILE_WORKER` names, else the one that the set-up built; undefined without. */
export function findCompileWorker(env: NodeJS.ProcessEnv): string | undefined {
  return findExecutable([env.GEPO_COMPILE_WORKER ?? join(PACKAGE_ROOT, 'native/build/compile-worker')], env)
}
