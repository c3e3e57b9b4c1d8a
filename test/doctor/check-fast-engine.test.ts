import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCompileWorker, checkUnitRunners } from '../../src/doctor/check-fast-engine.ts'
import { findClang } from '../../src/toolchain/locate-tools.ts'

let folder: string

function fake(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-doctor-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the in-process compiler', () => {
  it('names the release of its libraries', () => {
    const clang = findClang(process.env)
    expect(checkCompileWorker(process.env, clang)).toEqual({
      status: 'ok',
      found: expect.stringMatching(/compile-worker$/),
      version: clang.version,
    })
  })

  it('is missing where it is not built', () => {
    const env = { GEPO_COMPILE_WORKER: join(folder, 'none') }
    expect(checkCompileWorker(env, findClang(process.env))).toEqual({ status: 'missing' })
  })

  it('is broken for a clang of another release', () => {
    const clang = fake('clang', 'echo "clang version 19.1.0"')
    expect(checkCompileWorker(process.env, { path: clang })).toMatchObject({
      status: 'broken',
      problem: expect.stringMatching(
        /^the in-process compiler is ".*clang version 19\..*" and .* is "clang version 19.1.0"$/,
      ),
      remedy: 'let GEPO_CLANG name the clang of the release that it is built with',
    })
  })

  it('is looked at without a clang, too', () => {
    expect(checkCompileWorker(process.env, 'clang 19 is not installed')).toMatchObject({ status: 'ok' })
  })

  it('is broken where it is something else', () => {
    const other = fake('other', 'echo hello')
    expect(checkCompileWorker({ GEPO_COMPILE_WORKER: other }, findClang(process.env))).toEqual({
      status: 'broken',
      found: other,
      problem: 'it does not name its release',
    })
  })
})

describe('the in-process runners', () => {
  const usage = 'echo "usage: unit-runner ..." >&2; exit 2'

  it.runIf(process.arch === 'x64')('all start', async () => {
    expect(await checkUnitRunners(process.env)).toMatchObject({ status: 'ok', version: 'built' })
  })

  it('are missing on machines that they are not for', async () => {
    expect(await checkUnitRunners(process.env, 'arm64')).toEqual({ status: 'missing' })
  })

  it.runIf(process.arch === 'x64')('are broken where one is absent or does not start', async () => {
    const env = { ...process.env, GEPO_UNIT_RUNNERS: folder }
    expect(await checkUnitRunners(env)).toEqual({ status: 'missing' })
    const plain = fake('unit-runner', usage)
    fake('unit-runner-asan', usage)
    expect(await checkUnitRunners(env)).toEqual({
      status: 'broken',
      found: plain,
      problem: 'the one for msan is not beside it',
    })
    const msan = fake('unit-runner-msan', 'echo "wrong machine" >&2; exit 126')
    expect(await checkUnitRunners(env)).toEqual({ status: 'broken', found: msan, problem: 'wrong machine' })
  })
})
