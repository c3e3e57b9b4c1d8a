/** The two halves of the fast engine, each started for a word of its own; without either, clang is spawned. */
import { findCompileWorker } from '../compile/worker/find-compile-worker.ts'
import {
  canRunUnits,
  OTHER_RELEASE_REMEDY,
  RUNNER_BUILDS,
  releaseProblem,
} from '../execute/find-fast-engine.ts'
import { findUnitRunner } from '../execute/unit-runner/find-unit-runner.ts'
import { askRelease } from '../toolchain/ask-release.ts'
import { probe } from './ask-version.ts'
import type { PartStatus } from './part.ts'

/** Broken also where it is of another release than clang: its IR could differ. */
export function checkCompileWorker(
  env: NodeJS.ProcessEnv,
  clang: { readonly path: string } | string,
): PartStatus {
  const found = findCompileWorker(env)
  if (found === undefined) return { status: 'missing' }
  const release = askRelease(found)
  if (release === undefined) return { status: 'broken', found, problem: 'it does not name its release' }
  // Where there is no clang at all, that is its own part's matter.
  const problem = typeof clang === 'string' ? undefined : releaseProblem(found, clang.path)
  return problem === undefined
    ? { status: 'ok', found, version: release.version }
    : { status: 'broken', found, problem, remedy: OTHER_RELEASE_REMEDY }
}

/** The plain runner and one for each sanitizer: all three are needed. */
export async function checkUnitRunners(
  env: NodeJS.ProcessEnv,
  machine: string = process.arch,
): Promise<PartStatus> {
  if (!canRunUnits(machine)) return { status: 'missing' }
  const runners = RUNNER_BUILDS.map((build) => findUnitRunner(build, env))
  const [plain] = runners
  if (plain === undefined) return { status: 'missing' }
  for (const [index, runner] of runners.entries()) {
    if (runner === undefined)
      return {
        status: 'broken',
        found: plain,
        problem: `the one for ${RUNNER_BUILDS[index]} is not beside it`,
      }
    // Without arguments it says how it is used: that shows that it starts, which a foreign build does not.
    const { stderr } = await probe(runner, [], env)
    if (!stderr.startsWith('usage: unit-runner'))
      return {
        status: 'broken',
        found: runner,
        problem: stderr.trim() || 'it does not answer as a runner does',
      }
  }
  return { status: 'ok', found: plain, version: 'built' }
}
