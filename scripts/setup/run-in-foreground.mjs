import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a command in this one's place: its terminal, its signals, its exit code (128 + n after signal n).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' })
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal)
    // A terminal sends Ctrl-C to both: passing it on would make it two. This process waits for the child's end.
    const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
    const interrupt = atTerminal ? () => {} : forward
    process.on('SIGINT', interrupt).on('SIGTERM', forward).on('SIGHUP', forward)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', interrupt).off('SIGTERM', forward).off('SIGHUP', forward)
      resolve(code ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)])
    })
  })
}
