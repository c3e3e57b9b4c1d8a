/**
 * The environment in, out come the programs that the fast engine is made of, or why it cannot work here. Each is
 * looked for and the compiler is asked for its release; that they work is not proven here (`gepo doctor` does).
 */
import { findCompileWorker } from '../compile/worker/find-compile-worker.ts'
import { askRelease } from '../toolchain/ask-release.ts'
import { setupCommand } from '../toolchain/locate-tools.ts'
import { findUnitRunner, type RunnerBuild } from './unit-runner/find-unit-runner.ts'

export const RUNNER_BUILDS: readonly RunnerBuild[] = ['plain', 'asan', 'msan']

export type FastEngine =
  | { readonly kind: 'ready'; readonly compileWorker: string }
  /** `reason` and `remedy` are clauses of a sentence. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly remedy: string | undefined }

export const OTHER_RELEASE_REMEDY = 'let GEPO_CLANG name the clang of the release that it is built with'

/** `clang` is the command that the engine would stand for; `machine` as Node names it. */
export function findFastEngine(
  env: NodeJS.ProcessEnv,
  clang: string,
  machine: string = process.arch,
): FastEngine {
  const setUp = `run \`${setupCommand()}\``
  if (!canRunUnits(machine))
    return { kind: 'unavailable', reason: `it is for x86-64 only and this is ${machine}`, remedy: undefined }
  const compileWorker = findCompileWorker(env)
  if (compileWorker === undefined)
    return { kind: 'unavailable', reason: 'the in-process compiler is not built', remedy: setUp }
  if (RUNNER_BUILDS.some((build) => findUnitRunner(build, env) === undefined))
    return { kind: 'unavailable', reason: 'the in-process runners are not built', remedy: setUp }
  const reason = releaseProblem(compileWorker, clang)
  return reason === undefined
    ? { kind: 'ready', compileWorker }
    : { kind: 'unavailable', reason, remedy: OTHER_RELEASE_REMEDY }
}

/** Whether the in-process runners know the machine's relocations. */
export function canRunUnits(machine: string): boolean {
  return machine === 'x64'
}

/** Why the in-process compiler cannot stand for the clang command: only the very same release gives the same IR. */
export function releaseProblem(compileWorker: string, clang: string): string | undefined {
  const release = askRelease(compileWorker)
  if (release === undefined) return `${compileWorker} does not name its release`
  const wanted = askRelease(clang)
  if (wanted?.name === release.name) return undefined
  return `the in-process compiler is "${release.name}" and ${clang} is "${wanted?.name ?? 'no clang'}"`
}
