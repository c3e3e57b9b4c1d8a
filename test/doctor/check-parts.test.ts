import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkParts } from '../../src/doctor/check-parts.ts'
import { checkWatchPlugin } from '../../src/doctor/check-watch-plugin.ts'
import { type InstalledPart, isReady } from '../../src/doctor/part.ts'

let folder: string

function fake(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

async function part(name: string, env: NodeJS.ProcessEnv): Promise<InstalledPart> {
  const found = (await checkParts(env)).find((one) => one.name === name)
  if (found === undefined) throw new Error(`no part is called ${name}`)
  return found
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-parts-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('on a machine that is set up', () => {
  it('every required part works, is found somewhere and needs nothing', async () => {
    const required = (await checkParts()).filter(({ required }) => required)
    expect(required.length).toBeGreaterThan(0)
    for (const one of required) {
      expect(one).toMatchObject({ status: 'ok', problem: null, remedy: null })
      expect(one.found).toBeTruthy()
      expect(one.version).toBeTruthy()
    }
  })
})

describe('a part that is not there', () => {
  it('is missing, with the remedy and what is lost', async () => {
    const nothing = { PATH: folder }
    expect(await part('bubblewrap', nothing)).toEqual({
      name: 'bubblewrap',
      required: false,
      status: 'missing',
      found: null,
      version: null,
      problem: null,
      lostWithout: 'the sandbox has no namespaces and rests on Landlock and seccomp alone',
      remedy: 'run `npm run setup`, or `sudo apt-get install bubblewrap`',
    })
  })

  it('is missing for the pass for undefined behaviour that is not built, and broken for what is none', async () => {
    const clang = { path: '/usr/bin/clang-19', version: '19' }
    expect(await checkWatchPlugin(clang, process.env, join(folder, 'absent.so'))).toEqual({
      status: 'missing',
    })
    const none = join(folder, 'none.so')
    writeFileSync(none, 'no library')
    expect(await checkWatchPlugin(clang, process.env, none)).toMatchObject({ status: 'broken', found: none })
    expect(await part('pass for undefined behaviour', process.env)).toMatchObject({
      status: 'ok',
      required: true,
    })
  })

  it('is broken for passes of older sources, which count what asks for a mutant', async () => {
    const older = fake('older-clang', "echo 'call void @gepo_undefined('")
    const plugin = join(folder, 'older.so')
    writeFileSync(plugin, '')
    expect(await checkWatchPlugin({ path: older, version: '19' }, process.env, plugin)).toEqual({
      status: 'broken',
      found: plugin,
      problem: 'what asks for a mutant was counted',
    })
  })

  it('is missing for the native runner that is not built, and the sandbox with it', async () => {
    const env = { ...process.env, GEPO_SUPERVISE: join(folder, 'absent') }
    expect(await part('native runner', env)).toMatchObject({
      status: 'missing',
      remedy: 'run `npm run setup`',
    })
    expect(await part('sandbox', env)).toMatchObject({ status: 'missing', required: true })
  })
})

describe('a part that is there and does not work', () => {
  it('is broken where a program fails, with its last words', async () => {
    const git = fake('git', 'echo "first" >&2; echo "libpcre2 not found" >&2; exit 127')
    expect(await part('git', { PATH: folder })).toMatchObject({
      status: 'broken',
      found: git,
      problem: 'libpcre2 not found',
    })
  })

  it('is broken where GEPO_CLANG names another release', async () => {
    const clang = fake('clang-14', 'echo "clang version 14.0.6"')
    expect(await part('clang 19', { ...process.env, GEPO_CLANG: clang })).toMatchObject({
      status: 'broken',
      found: clang,
      problem: `GEPO_CLANG must name a clang 19 (${clang} is clang 14.0.6).`,
    })
  })

  it('is broken for sanitizers that see nothing', async () => {
    // Compiles as told but leaves the sanitizer out.
    const blind = fake(
      'blind-clang',
      `for one do shift; case "$one" in -fsanitize=*) ;; *) set -- "$@" "$one";; esac; done\nexec clang-19 "$@"`,
    )
    const parts = await checkParts({ ...process.env, GEPO_CLANG: blind })
    const sanitizers = parts.filter(({ name }) => name.endsWith('sanitizer'))
    expect(sanitizers).toHaveLength(3)
    for (const one of sanitizers) {
      expect(one).toMatchObject({ status: 'broken', required: true })
      expect(one.problem).toMatch(/^a program with a known fault was not reported/)
    }
    expect(isReady(parts)).toBe(false)
  })

  it('is broken for a native runner that is something else', async () => {
    const other = fake('other-runner', 'echo "who calls?" >&2')
    expect(await part('native runner', { ...process.env, GEPO_SUPERVISE: other })).toMatchObject({
      status: 'broken',
      problem: 'who calls?',
    })
  })
})

describe('what training needs', () => {
  it('finds the libtorch of a PyTorch without importing it', async () => {
    const torch = join(folder, 'site/torch')
    mkdirSync(join(torch, 'lib'), { recursive: true })
    writeFileSync(join(torch, '__init__.py'), 'raise SystemExit("imported")')
    writeFileSync(join(torch, 'lib/libtorch_cpu.so'), '')
    mkdirSync(join(folder, 'site/torch-2.13.0.dist-info'))
    writeFileSync(join(folder, 'site/torch-2.13.0.dist-info/METADATA'), 'Name: torch\nVersion: 2.13.0\n')
    const env = { ...process.env, PYTHONPATH: join(folder, 'site') }
    expect(await part('libtorch', env)).toMatchObject({ status: 'ok', version: '2.13.0', found: torch })
  })

  it('takes libtorch from LIBTORCH, or says what is wrong with it', async () => {
    const libtorch = join(folder, 'libtorch')
    mkdirSync(join(libtorch, 'lib'), { recursive: true })
    const env = { ...process.env, LIBTORCH: libtorch }
    expect(await part('libtorch', env)).toMatchObject({ status: 'broken', found: libtorch })
    writeFileSync(join(libtorch, 'lib/libtorch_cpu.so'), '')
    writeFileSync(join(libtorch, 'build-version'), '2.14.0+cpu\n')
    expect(await part('libtorch', env)).toMatchObject({ status: 'ok', version: '2.14.0+cpu' })
  })

  it('asks the tensor engine for its libtorch, or says that another is found', async () => {
    const addon = join(folder, 'trainer.cjs')
    const env = { ...process.env, GEPO_TRAINER: addon }
    expect(await part('tensor engine', env)).toMatchObject({ status: 'missing' })
    writeFileSync(addon, 'module.exports = { builtFor: "2.13.0", torchVersion: "2.13.0" }')
    expect(await part('tensor engine', env)).toMatchObject({ status: 'ok', version: 'for libtorch 2.13.0' })
    writeFileSync(addon, 'module.exports = { builtFor: "2.13.0", torchVersion: "2.14.0" }')
    expect(await part('tensor engine', env)).toMatchObject({
      status: 'broken',
      problem: 'built for libtorch 2.13.0, found 2.14.0',
    })
  })

  it('names each GPU that the driver sees, and a driver that sees none', async () => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    fake('nvidia-smi', 'echo "NVIDIA H200, 143771 MiB, 580.1"; echo "NVIDIA H200, 143771 MiB, 580.1"')
    expect(await part('GPU', env)).toMatchObject({
      status: 'ok',
      version: 'NVIDIA H200, 143771 MiB, 580.1; NVIDIA H200, 143771 MiB, 580.1',
    })
    fake('nvidia-smi', 'echo "No devices were found" >&2; exit 6')
    expect(await part('GPU', env)).toMatchObject({ status: 'broken', problem: 'No devices were found' })
  })

  it('is not needed to build groups', async () => {
    const parts = await checkParts({ ...process.env, LIBTORCH: '/nowhere' })
    expect(parts.find(({ name }) => name === 'libtorch')?.status).toBe('broken')
    expect(isReady(parts)).toBe(true)
  })
})
