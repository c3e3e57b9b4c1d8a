/**
 * `node scripts/print-test-totals.mjs <report.json>`: vitest's JSON report in, one line `N passed, N failed` out,
 * exit code 1 when anything failed or nothing ran. A test file that could not even be loaded counts as failed.
 */
import { readFileSync } from 'node:fs'

const [path = ''] = process.argv.slice(2)
/** @type {{ success: boolean, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
const report = JSON.parse(readFileSync(path, 'utf8'))
const outcomes = report.testResults.flatMap((file) =>
  file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')
    ? [...file.assertionResults, file]
    : file.assertionResults,
)
const passed = outcomes.filter(({ status }) => status === 'passed').length
const failed = outcomes.filter(({ status }) => status === 'failed').length
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (!report.success || failed > 0 || passed === 0) process.exitCode = 1
