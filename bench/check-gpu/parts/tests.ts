/** Runs the tests that want a GPU, and says of each that fails why. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../../../src/base/user-error.ts'
import { ROOT } from '../build-engine.ts'
import { readContext, tell } from '../context.ts'
import { gpuTests } from '../gpu-tests.ts'

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

const WORDS = 1500

const { device, scratch } = readContext()
const files = gpuTests(ROOT)
tell({ files })
const output = join(scratch, 'vitest.json')
const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
const args = [vitest, 'run', ...files, '--reporter=json', `--outputFile=${output}`]
const { all, exitCode } = await execa(process.execPath, args, { cwd: ROOT, reject: false, all: true })
let report: VitestReport
try {
  report = JSON.parse(readFileSync(output, 'utf8'))
} catch {
  throw new UserError(`vitest gave no report (exit code ${exitCode}):\n${all.slice(-WORDS)}`)
}
rmSync(output)
const failed = report.testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status === 'failed'),
)
const unloaded = report.testResults.map(({ message }) => message).filter((message) => message !== '')
tell({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests,
  failures: failed.map(({ fullName, failureMessages }) => ({
    test: fullName,
    words: failureMessages.join('\n').slice(0, WORDS),
  })),
  unloaded: unloaded.map((message) => message.slice(0, WORDS)),
})
if (report.numFailedTests > 0 || unloaded.length > 0)
  throw new UserError(`${report.numFailedTests} tests failed`)
// Without an engine, or where it sees no GPU, all of them leave themselves out, and say so in their names.
if (device === 'cuda' && report.numPassedTests === 0) {
  throw new UserError(`No test was run: ${report.testResults[0]?.assertionResults[0]?.fullName}`)
}
