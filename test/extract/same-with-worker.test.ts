/** Extraction gives the same through the in-process compiler as through the clang command, on every fixture. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCompileWorker } from '../../src/compile/worker/find-compile-worker.ts'
import { type OpenClangRunner, openClangRunner } from '../../src/compile/worker/open-clang-runner.ts'
import { type Extraction, extractUnits } from '../../src/extract/extract-units.ts'
import { decodeBytes } from '../../src/sources/decode-text.ts'
import type { ClangRunner } from '../../src/toolchain/clang-runner.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { listFixtures } from '../fixtures/list-fixtures.ts'

/** What never ends takes all the time that a compiler may have, each way. */
const timeoutMs = 120_000
/** Takes so nearly all of it that the load of the machine decides. */
const UNDECIDED = new Set(['string-bomb'])

let inProcess: OpenClangRunner
let command: OpenClangRunner
beforeAll(async () => {
  const { clang } = locateTools()
  const compileWorker = findCompileWorker(process.env)
  if (compileWorker === undefined) throw new Error('native/build/compile-worker is not built: npm run setup')
  inProcess = await openClangRunner({ clang, compileWorker })
  command = await openClangRunner({ clang, compileWorker: undefined })
})
afterAll(async () => {
  await inProcess.close()
  await command.close()
})

function extract(text: string, compile: ClangRunner): Promise<Extraction> {
  const id = createHash('sha256').update(text).digest('hex')
  const source = { id, dataset: 'test', split: '', row: '0', license: 'unknown', text }
  return extractUnits(source, { kinds: ['program', 'function'], compile })
}

describe.each(['programs', 'functions', 'hostile'] as const)('fixtures/%s', (folder) => {
  const fixtures = listFixtures(folder).filter(({ name }) => !UNDECIDED.has(name))
  it.concurrent.each(fixtures)('$name', { timeout: timeoutMs }, async ({ file }) => {
    const text = decodeBytes(readFileSync(file))
    const expected = await extract(text, command.run)
    expect(expected.units.length + expected.drops.length).toBeGreaterThan(0)
    expect(await extract(text, inProcess.run)).toEqual(expected)
    if (expected.drops.some(({ reason }) => reason === 'compile')) return
    // The second time at the latest, includes that the text begins with come precompiled.
    expect(await extract(text, inProcess.run)).toEqual(expected)
  })
})
