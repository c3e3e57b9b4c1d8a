/**
 * `node scripts/print-test-totals.mjs <report.json>`: vitest's JSON report in, what failed and one line
 * `N passed, N failed` out, exit code 1 when anything failed or nothing ran. A test file that could not even be loaded counts as failed.
 */
import { readFileSync } from 'node:fs'

const [path = ''] = process.argv.slice(2)
/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} Test */
/** @type {{ success: boolean, testResults: { name: string, status: string, message: string, assertionResults: Test[] }[] }} */
const report = JSON.parse(readFileSync(path, 'utf8'))
const outcomes = report.testResults.flatMap((file) =>
  file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')
    ? [
        ...file.assertionResults,
        { status: file.status, fullName: file.name, failureMessages: [file.message] },
      ]
    : file.assertionResults,
)
const passed = outcomes.filter(({ status }) => status === 'passed').length
const failures = outcomes.filter(({ status }) => status === 'failed')
const failed = failures.length
// Last in the log, where whoever reads it looks first.
for (const { fullName, failureMessages } of failures)
  process.stdout.write(`FAILED: ${fullName}\n  ${failureMessages.join('\n').slice(0, 1000)}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (!report.success || failed > 0 || passed === 0) process.exitCode = 1
