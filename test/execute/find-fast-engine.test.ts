import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../src/config/user-error.ts'
import { findFastEngine, releaseProblem } from '../../src/execute/find-fast-engine.ts'
import { compileWorkerFor } from '../../src/execute/open-engine.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const RELEASE = 'Debian clang version 19.1.7 (3~deb12u1)'

let folder: string
let clang: string
let worker: string
let env: NodeJS.ProcessEnv

function fake(name: string, says: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\necho "${says}"\n`)
  chmodSync(path, 0o755)
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-engine-'))
  clang = fake('clang', `${RELEASE}\nTarget: x86_64-pc-linux-gnu`)
  worker = fake('compile-worker', RELEASE)
  for (const name of ['unit-runner', 'unit-runner-asan', 'unit-runner-msan']) fake(name, '')
  env = { GEPO_COMPILE_WORKER: worker, GEPO_UNIT_RUNNERS: folder }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('findFastEngine', () => {
  it('is ready where all of it is built, for the clang in use', () => {
    expect(findFastEngine(env, clang, 'x64')).toEqual({ kind: 'ready', compileWorker: worker })
  })

  it('is not for other machines, whatever is built', () => {
    expect(findFastEngine(env, clang, 'arm64')).toEqual({
      kind: 'unavailable',
      reason: 'it is for x86-64 only and this is arm64',
      remedy: undefined,
    })
  })

  it('needs the in-process compiler', () => {
    expect(findFastEngine({ ...env, GEPO_COMPILE_WORKER: join(folder, 'none') }, clang, 'x64')).toEqual({
      kind: 'unavailable',
      reason: 'the in-process compiler is not built',
      remedy: 'run `npm run setup`',
    })
  })

  it('needs all runners', () => {
    rmSync(join(folder, 'unit-runner-msan'))
    expect(findFastEngine(env, clang, 'x64')).toEqual({
      kind: 'unavailable',
      reason: 'the in-process runners are not built',
      remedy: 'run `npm run setup`',
    })
    fake('unit-runner-msan', '')
  })

  it.each([
    ['another release', 'Debian clang version 19.1.4 (1)'],
    ["the same release with others' patches", 'Ubuntu clang version 19.1.7 (++20250114)'],
  ])('does not stand for a clang of %s', (_, name) => {
    const other = fake('other-clang', name)
    expect(findFastEngine(env, other, 'x64')).toEqual({
      kind: 'unavailable',
      reason: `the in-process compiler is "${RELEASE}" and ${other} is "${name}"`,
      remedy: 'let GEPO_CLANG name the clang of the release that it is built with',
    })
  })

  it('does not trust a compiler that says nothing', () => {
    const mute = fake('mute', 'usage: compile-worker')
    expect(findFastEngine({ ...env, GEPO_COMPILE_WORKER: mute }, clang, 'x64')).toMatchObject({
      kind: 'unavailable',
      reason: `${mute} does not name its release`,
    })
  })
})

describe.runIf(process.arch === 'x64')('the in-process compiler that the set-up built', () => {
  it('is of the very release of the clang in use', () => {
    const compileWorker = compileWorkerFor('worker')
    expect(compileWorker).toBeDefined()
    expect(releaseProblem(compileWorker!, locateTools().clang)).toBeUndefined()
  })
})

describe('--compiler worker', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it.runIf(process.arch === 'x64')('is refused in one sentence where it cannot work', () => {
    vi.stubEnv('GEPO_COMPILE_WORKER', join(folder, 'none'))
    expect(() => compileWorkerFor('worker')).toThrow(
      new UserError(
        '--compiler worker cannot be used here: the in-process compiler is not built: run `npm run setup`, or give --compiler spawn.',
      ),
    )
  })

  it('is not looked for when clang is to be spawned', () => {
    vi.stubEnv('GEPO_COMPILE_WORKER', join(folder, 'none'))
    expect(compileWorkerFor('spawn')).toBeUndefined()
  })
})
