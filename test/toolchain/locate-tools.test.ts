import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { findExecutable } from '../../src/toolchain/find-executable.ts'
import { findClang, locateToolsIn } from '../../src/toolchain/locate-tools.ts'

let folder: string

/** A program that answers `--version` as the given text. */
function fake(name: string, version = ''): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\necho '${version}'\n`)
  chmodSync(path, 0o755)
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-tools-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('findExecutable', () => {
  it('takes the first candidate that there is, in the order given', () => {
    const second = fake('second')
    expect(findExecutable(['first', 'second'], { PATH: `/nowhere:${folder}` })).toBe(second)
  })

  it('takes a name with a slash as a path, whatever PATH says', () => {
    const path = fake('by-path')
    expect(findExecutable([path], { PATH: '' })).toBe(path)
  })

  it.each([
    ['a folder', () => folder],
    [
      'a file that is not executable',
      () => {
        const path = join(folder, 'plain')
        writeFileSync(path, '')
        return path
      },
    ],
    ['what is not there', () => join(folder, 'absent')],
  ])('does not take %s', (_, path) => {
    expect(findExecutable([path()], {})).toBeUndefined()
  })

  it('looks nowhere without PATH', () => {
    expect(findExecutable(['sh'], {})).toBeUndefined()
  })
})

describe('findClang', () => {
  it('takes the clang 19 that GEPO_CLANG names, before any other', () => {
    const mine = fake('my-clang', 'Debian clang version 19.1.7 (3~deb12u1)')
    expect(findClang({ GEPO_CLANG: mine, PATH: process.env.PATH })).toEqual({ path: mine, version: '19.1.7' })
  })

  it.each([
    ['another release', 'old-clang', 'clang version 14.0.6', 'clang 14.0.6'],
    ['another program', 'no-clang', 'gcc (Debian) 12.2.0', 'not a clang'],
  ])('refuses %s in GEPO_CLANG instead of taking a different clang', (_, name, version, reason) => {
    const path = fake(name, version)
    expect(() => findClang({ GEPO_CLANG: path, PATH: process.env.PATH })).toThrow(
      new UserError(`GEPO_CLANG must name a clang 19 (${path} is ${reason}).`),
    )
  })

  it('says when GEPO_CLANG names nothing', () => {
    expect(() => findClang({ GEPO_CLANG: '/nowhere/clang' })).toThrow(
      new UserError('GEPO_CLANG must name a clang 19 (/nowhere/clang is not an executable file).'),
    )
  })

  it('finds the installed clang 19', () => {
    expect(findClang({ PATH: process.env.PATH }).version).toMatch(/^19\.\d+\.\d+$/)
  })
})

describe('locateToolsIn', () => {
  it('finds every program, as absolute paths', () => {
    const supervise = fake('supervise')
    const tools = locateToolsIn({ PATH: process.env.PATH, GEPO_SUPERVISE: supervise })
    expect(tools.supervise).toBe(supervise)
    expect(tools.llvmAs).toMatch(/^\/.*llvm-as/)
    expect(tools.lld).toMatch(/^\/.*ld\.lld/)
  })

  it('says when GEPO_SUPERVISE names nothing', () => {
    const locate = () => locateToolsIn({ PATH: process.env.PATH, GEPO_SUPERVISE: '/nowhere/supervise' })
    expect(locate).toThrow(
      new UserError(
        'GEPO_SUPERVISE must name the native runner (/nowhere/supervise is not an executable file).',
      ),
    )
  })
})
