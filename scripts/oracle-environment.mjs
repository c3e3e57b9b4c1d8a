/**
 * `node scripts/run.mjs node scripts/oracle-environment.mjs`: PyTorch, transformers, TRL, PEFT, DuckDB and gguf of fixed
 * releases in `.tools/oracle` (5 GB), against which the tests hold the tensor engine. Nothing else needs it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makePythonEnvironment } from './setup/libtorch.mjs'
import { SetupError } from './setup/setup-error.mjs'
import { ROOT } from './setup.mjs'

const PACKAGES = [
  'torch==2.13.0',
  'transformers==5.23.0',
  'trl==1.16.0',
  'peft==0.21.2',
  'duckdb==2.0.1',
  'gguf==0.19.0',
]

try {
  const folder = join(ROOT, '.tools/oracle')
  if (!existsSync(folder)) {
    const report = (/** @type {string} */ line) => process.stderr.write(`gepo: ${line}\n`)
    report(`installing ${PACKAGES.join(', ')} into .tools/oracle (5 GB)`)
    makePythonEnvironment(folder, PACKAGES, process.env, report)
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  process.stderr.write(`${error.details}\ngepo: ${error.message}\n`)
  process.exitCode = 2
}
