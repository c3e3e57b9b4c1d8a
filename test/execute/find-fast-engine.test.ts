import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFastEngine } from '../../src/execute/find-fast-engine.ts'

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
