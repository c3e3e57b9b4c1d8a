import { join } from 'node:path'
import { PACKAGE_ROOT } from '../base/package-root.ts'
import { findExecutable } from './find-executable.ts'

/** The path of the judge's runner (native/judge-box), or undefined where it is not built. */
export function findJudgeBox(env: NodeJS.ProcessEnv): string | undefined {
  return findExecutable([env.GEPO_JUDGE_BOX ?? join(PACKAGE_ROOT, 'native/build/judge-box')], env)
}
