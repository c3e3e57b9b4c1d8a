/** What the native build leaves out where a part cannot be built; machines are only pretended. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leftOut } from '../../scripts/build-native.mjs'

const SOURCE = join(import.meta.dirname, '../../native')
const FAST_PARTS = /^(?:compile-worker|unit-runner(?:-asan|-msan)?)$/

let build: string
beforeEach(() => {
  build = mkdtempSync(join(tmpdir(), 'gepo-native-'))
})
afterEach(() => rmSync(build, { recursive: true }))

/** What CMake says is left out, and the targets of the build that remains. */
async function configure(...variables: string[]) {
  const { stdout } = await execa('cmake', [
    '-S',
    SOURCE,
    '-B',
    build,
    '-G',
    'Ninja',
    ...variables.map((variable) => `-D${variable}`),
  ])
  const targets = await execa('ninja', ['-C', build, '-t', 'targets', 'all'])
  const names = targets.stdout.split('\n').map((line) => line.split(':', 1)[0]!.split('/').at(-1)!)
  return { leftOut: leftOut(stdout), fastParts: [...new Set(names.filter((name) => FAST_PARTS.test(name)))] }
}

const NO_LLVM = 'CMAKE_DISABLE_FIND_PACKAGE_LLVM=ON'

describe('the native build', () => {
  it('has all parts on x86-64 with the development files of LLVM', async () => {
    const { leftOut, fastParts } = await configure('GEPO_MACHINE=x86_64')
    expect(leftOut).toEqual([])
    expect(fastParts.sort()).toEqual([
      'compile-worker',
      'unit-runner',
      'unit-runner-asan',
      'unit-runner-msan',
    ])
  })

  it('goes without the runners on other machines, and says so', async () => {
    const { leftOut, fastParts } = await configure('GEPO_MACHINE=aarch64')
    expect(leftOut).toEqual(['unit-runner: left out, since it is for x86-64 and this is aarch64'])
    expect(fastParts).toEqual(['compile-worker'])
  })

  it('goes without what is linked with LLVM where the development files are missing, and says so', async () => {
    const { leftOut, fastParts } = await configure('GEPO_MACHINE=x86_64', NO_LLVM)
    expect(leftOut).toEqual([
      "watch-undefined: left out, since LLVM 19's development files are not installed (llvm-19-dev)",
      "compile-worker: left out, since LLVM 19's development files are not installed (llvm-19-dev, libclang-19-dev, libclang-cpp19-dev)",
    ])
    expect(fastParts).not.toContain('compile-worker')
  })

  it('succeeds with neither', async () => {
    await configure('GEPO_MACHINE=aarch64', NO_LLVM)
    await execa('cmake', ['--build', build])
    expect(readdirSync(build)).toContain('supervise')
  })
})
