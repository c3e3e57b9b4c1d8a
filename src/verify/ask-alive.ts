/**
 * Two modules and an installed Alive2 in, its word on whether one function refines the other, each way, out. Its proofs
 * hold for loops up to a bound alone, so they are shown beside the verdict of runs and never instead of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findExecutable } from '../toolchain/find-executable.ts'
import { isNotStarted, runTool } from '../toolchain/run-tool.ts'

export type AliveAnswer =
  /** Each behaviour of the target is one that the source allows. */
  | { readonly kind: 'correct' }
  /** `detail` has its counterexample. */
  | { readonly kind: 'incorrect'; readonly detail: string }
  /** It took too long, or met what it does not model. */
  | { readonly kind: 'unproven'; readonly detail: string }

export type AliveReport =
  /** `b` in the place of `a`, and the other way round: equal where both are correct. */
  | {
      readonly kind: 'asked'
      readonly function: string
      readonly forward: AliveAnswer
      readonly backward: AliveAnswer
    }
  /** A sentence. */
  | { readonly kind: 'absent'; readonly detail: string }

/** For each query to its solver; runTool holds the whole to its own limit. */
const SOLVER_TIMEOUT_MS = 5000
const OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024
const DETAIL_LIMIT = 2000

/** @param command path or name of `alive-tv` */
export async function askAlive(
  command: string,
  modules: readonly [string, string],
  functionName: string,
): Promise<AliveReport> {
  const executable = findExecutable([command], process.env)
  if (executable === undefined)
    return { kind: 'absent', detail: `${command} is not an executable file, so Alive2 was not asked.` }
  const folder = await mkdtemp(path.join(tmpdir(), 'gepo-alive-'))
  try {
    const files = [path.join(folder, 'a.ll'), path.join(folder, 'b.ll')] as const
    await Promise.all(files.map((file, side) => writeFile(file, modules[side]!)))
    const ask = async (source: string, target: string): Promise<AliveAnswer | undefined> => {
      const options = [`--func=${functionName}`, `--smt-to=${SOLVER_TIMEOUT_MS}`]
      // As everywhere here: what a caller hands over is defined.
      const defined = ['--disable-undef-input', '--disable-poison-input']
      const ran = await runTool([executable, ...options, ...defined, source, target], '', OUTPUT_LIMIT_BYTES)
      if (isNotStarted(ran.exitCode)) return undefined
      return readAnswer(ran.stdout, ran.stderr, ran.failed)
    }
    const forward = await ask(...files)
    const backward = forward === undefined ? undefined : await ask(files[1], files[0])
    if (forward === undefined || backward === undefined)
      return { kind: 'absent', detail: `${command} cannot be started, so Alive2 was not asked.` }
    return { kind: 'asked', function: functionName, forward, backward }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function readAnswer(stdout: string, stderr: string, failed: boolean): AliveAnswer {
  const errors = /^\s*(\d+) (?:failed-to-prove|Alive2 errors)/gm
  const unproven = [...stdout.matchAll(errors)].some(([, count]) => Number(count) > 0)
  if (/^Transformation doesn't verify!/m.test(stdout) && /^\s*[1-9]\d* incorrect/m.test(stdout))
    return { kind: 'incorrect', detail: counterexample(stdout) }
  if (!failed && !unproven && /^Transformation seems to be correct!/m.test(stdout)) return { kind: 'correct' }
  const reason =
    /^(?:ERROR: |.*error: ).*$/m.exec(`${stdout}\n${stderr}`)?.[0] ?? 'no answer within its limits'
  return { kind: 'unproven', detail: reason.trim().slice(0, DETAIL_LIMIT) }
}

const counterexample = (stdout: string) =>
  stdout
    .slice(stdout.indexOf("Transformation doesn't verify!"))
    .split('\nSummary:')[0]!
    .trim()
    .slice(0, DETAIL_LIMIT)
