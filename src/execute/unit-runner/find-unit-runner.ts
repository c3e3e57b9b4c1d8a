/** Where the in-process runners are, if they are built. */
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { findExecutable } from '../../toolchain/find-executable.ts'

/** `plain` also runs coverage builds. */
export type RunnerBuild = 'plain' | 'asan' | 'msan'

const NAMES: Readonly<Record<RunnerBuild, string>> = {
  plain: 'unit-runner',
  asan: 'unit-runner-asan',
  msan: 'unit-runner-msan',
}

/** The runner in the folder that `GEPO_UNIT_RUNNERS` names, else the one that the set-up built; undefined without. */
export function findUnitRunner(build: RunnerBuild, env: NodeJS.ProcessEnv): string | undefined {
  return findExecutable(
    [join(env.GEPO_UNIT_RUNNERS ?? join(PACKAGE_ROOT, 'native/build'), NAMES[build])],
    env,
  )
}
