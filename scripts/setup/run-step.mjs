import { spawnSync } from 'node:child_process'
import { SetupError } from './setup-error.mjs'

/** The end of a failed program's output is what names the cause. */
const DETAIL_LINES = 40

/**
 * Runs a program to its end and keeps its output back; it is shown only when the program fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, failure: string }} options `failure`: the sentence for a person
 * @returns {string} what the program printed on stdout
 */
export function runStep(program, args, { cwd, env, failure }) {
  const run = spawnSync(program, args, {
    cwd,
    env: env ?? process.env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  })
  if (run.status === 0) return run.stdout
  const reason = run.error?.message ?? `${run.stdout}${run.stderr}`
  throw new SetupError(failure, reason.trimEnd().split('\n').slice(-DETAIL_LINES).join('\n'))
}
