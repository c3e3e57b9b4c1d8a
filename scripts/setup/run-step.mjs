import { spawnSync } from 'node:child_process'
import { SetupError } from './setup-error.mjs'

/** Some programs name the cause first, some last: of a long output both ends are shown, this many lines each. */
const DETAIL_LINES = 50

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
  throw new SetupError(failure, bothEnds(reason.trimEnd().split('\n')).join('\n'))
}

/** @param {string[]} lines */
function bothEnds(lines) {
  if (lines.length <= 2 * DETAIL_LINES) return lines
  return [...lines.slice(0, DETAIL_LINES), '...', ...lines.slice(-DETAIL_LINES)]
}
