import { execa } from 'execa'
import { findExecutable } from '../toolchain/find-executable.ts'
import type { PartStatus } from './part.ts'

const PROBE_TIMEOUT_MS = 30_000

/** A finished probe, whatever its exit code; `failure` is one line for a person. */
export interface ProgramWords {
  readonly stdout: string
  readonly stderr: string
  readonly failure: string | undefined
}

/** Runs a program for what it says. Never throws: not starting is a failure like any other. */
export async function probe(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ProgramWords> {
  const run = await execa(file, args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: PROBE_TIMEOUT_MS,
  })
  const lastWords = run.stderr?.trim().split('\n').at(-1)
  const failure = run.failed ? lastWords || run.shortMessage : undefined
  return { stdout: run.stdout ?? '', stderr: run.stderr ?? '', failure }
}

/** Finds a program and asks its version: the first match of `pattern` in what it prints. */
export async function askVersion(
  candidates: readonly string[],
  args: readonly string[],
  pattern: RegExp,
  env: NodeJS.ProcessEnv,
): Promise<PartStatus> {
  const found = findExecutable(candidates, env)
  if (found === undefined) return { status: 'missing' }
  const { stdout, stderr, failure } = await probe(found, args, env)
  if (failure !== undefined) return { status: 'broken', found, problem: failure }
  const version = pattern.exec(`${stdout}\n${stderr}`)?.[1]
  if (version === undefined) return { status: 'broken', found, problem: 'it does not name its version' }
  return { status: 'ok', found, version }
}
