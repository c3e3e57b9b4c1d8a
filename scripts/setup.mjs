/**
 * Brings a bare clone, or an installed package, to the point where everything runs: Node 24, system packages,
 * npm packages, native parts, the tensor engine, in this order. What is there is skipped; each step that does something says so in
 * one line on stderr. Plain JavaScript without dependencies, because nothing is installed before it has run.
 */
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildNative } from './build-native.mjs'
import { ensureNode, environmentFor } from './setup/node-runtime.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { SetupError } from './setup/setup-error.mjs'
import { ensureSystemPackages } from './setup/system-packages.mjs'
import { buildTrainer } from './setup/trainer.mjs'

/** The folder of package.json. */
export const ROOT = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))))

/**
 * @param {{ again?: boolean }} options `again`: try also the optional parts that failed before
 * @returns {{ env: NodeJS.ProcessEnv }} the environment for whatever runs next
 * @throws {SetupError} with one sentence for the user
 */
export function setUp({ again = false } = {}) {
  const env = environmentFor(ensureNode(ROOT, report), process.env)
  ensureSystemPackages(report)
  // An installed package has its dependencies already and carries no lock of its own.
  if (existsSync(join(ROOT, 'package-lock.json'))) ensureNpmPackages(ROOT, env, report)
  buildNative(ROOT, env, report)
  buildTrainer(ROOT, env, report, { again })
  return { env }
}

/**
 * Runs {@link setUp} and prints its failure for a person.
 *
 * @param {{ again?: boolean }} options
 * @returns {{ env: NodeJS.ProcessEnv } | undefined} undefined after a failure; the exit code is set then
 */
export function setUpOrExplain(options = {}) {
  try {
    return setUp(options)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    if (error.details !== '') process.stderr.write(`${error.details}\n`)
    process.stderr.write(`gepo: ${error.message}\n`)
    process.exitCode = 2
    return undefined
  }
}

/** The command `setup`: as {@link setUpOrExplain}, with a word at the end. */
export function setUpAndSay() {
  if (setUpOrExplain({ again: true }) !== undefined) report('everything is in place')
}

/** @param {string} line */
function report(line) {
  process.stderr.write(`gepo set-up: ${line}\n`)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setUpAndSay()
}
