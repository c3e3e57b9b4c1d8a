import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-totals-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function totals(success: boolean, ...files: { status: string; tests: string[] }[]) {
  const path = join(folder, 'report.json')
  const testResults = files.map(({ status, tests }) => ({
    name: 'a.test.ts',
    status,
    message: 'boom',
    assertionResults: tests.map((one) => ({
      status: one,
      fullName: 'does it',
      failureMessages: ['1 is not 2'],
    })),
  }))
  writeFileSync(path, JSON.stringify({ success, testResults }))
  const run = spawnSync(process.execPath, ['scripts/print-test-totals.mjs', path], { encoding: 'utf8' })
  return { line: run.stdout, exit: run.status }
}

it('counts over all files, leaving skipped tests out', () => {
  const files = [
    { status: 'passed', tests: ['passed', 'passed', 'pending'] },
    { status: 'passed', tests: ['passed'] },
  ]
  expect(totals(true, ...files)).toEqual({ line: '3 passed, 0 failed\n', exit: 0 })
})

it('fails with a failed test, and names it', () => {
  expect(totals(false, { status: 'failed', tests: ['passed', 'failed'] })).toEqual({
    line: 'FAILED: does it\n  1 is not 2\n1 passed, 1 failed\n',
    exit: 1,
  })
})

it('counts a file that could not be loaded as failed', () => {
  const files = [
    { status: 'passed', tests: ['passed'] },
    { status: 'failed', tests: [] },
  ]
  expect(totals(false, ...files)).toEqual({
    line: 'FAILED: a.test.ts\n  boom\n1 passed, 1 failed\n',
    exit: 1,
  })
})

it('fails when nothing ran', () => {
  expect(totals(true)).toEqual({ line: '0 passed, 0 failed\n', exit: 1 })
})
