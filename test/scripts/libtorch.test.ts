/** Where the set-up looks for libtorch; installing and building are shown by the set-up itself. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLibtorch } from '../../scripts/setup/libtorch.mjs'
import { SetupError } from '../../scripts/setup/setup-error.mjs'
import { buildTrainer } from '../../scripts/setup/trainer.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gepo-libtorch-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** A folder that looks like libtorch. */
function fakeTorch(folder: string, version: string): string {
  mkdirSync(join(folder, 'include/torch/headeronly'), { recursive: true })
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(
    join(folder, 'include/torch/headeronly/version.h'),
    `#define TORCH_VERSION \\\n  "${version}"\n`,
  )
  writeFileSync(join(folder, 'lib/libtorch_cpu.so'), '')
  return folder
}

/** An environment whose Python prints `answer` and installs nothing. */
function withPython(answer: string): NodeJS.ProcessEnv {
  const python = join(root, 'python3')
  writeFileSync(
    python,
    `#!/bin/sh\ncase "$*" in *find_spec*) echo "${answer}";; *ensurepip*) ;; *) echo "no network" >&2; exit 1;; esac\n`,
  )
  chmodSync(python, 0o755)
  return { ...process.env, PATH: `${root}:/usr/bin:/bin`, LIBTORCH: undefined, TORCH_DIR: undefined }
}

describe('libtorch is found', () => {
  it('where the environment says', () => {
    const named = fakeTorch(join(root, 'named'), '2.15.0')
    const expected = { folder: named, version: '2.15.0' }
    expect(findLibtorch(root, { ...withPython(''), LIBTORCH: named })).toEqual(expected)
    expect(findLibtorch(root, { ...withPython(''), TORCH_DIR: named })).toEqual(expected)
  })

  it('nowhere else then: another place is a mistake to be told', () => {
    const own = fakeTorch(join(root, '.tools/torch/lib/python3.11/site-packages/torch'), '2.13.0')
    for (const named of [join(root, 'empty'), fakeTorch(join(root, 'old'), '2.10.0')]) {
      expect(() => findLibtorch(root, { ...withPython(own), LIBTORCH: named })).toThrow(SetupError)
    }
  })

  it("in the system's PyTorch before the project's own", () => {
    const own = fakeTorch(join(root, '.tools/torch/lib/python3.11/site-packages/torch'), '2.13.0')
    const ofSystem = fakeTorch(join(root, 'system/torch'), '2.12.1')
    expect(findLibtorch(root, withPython(ofSystem))).toEqual({ folder: ofSystem, version: '2.12.1' })
    expect(findLibtorch(root, withPython(''))).toEqual({ folder: own, version: '2.13.0' })
  })

  it("in the project's own where the system's is of another age", () => {
    const own = fakeTorch(join(root, '.tools/torch/lib/python3.11/site-packages/torch'), '2.13.0')
    const ofSystem = fakeTorch(join(root, 'system/torch'), '2.16.0')
    expect(findLibtorch(root, withPython(ofSystem))?.folder).toBe(own)
  })

  it('not at all where there is none', () => {
    expect(findLibtorch(root, withPython(''))).toBeUndefined()
  })
})

describe('the tensor engine', () => {
  it('is left out with one line where libtorch cannot be had, and tried again on request only', () => {
    mkdirSync(join(root, 'native/trainer'), { recursive: true })
    writeFileSync(join(root, 'native/trainer/core.cpp'), '')
    const lines: string[] = []
    const attempt = (again: boolean) =>
      buildTrainer(root, withPython(''), (line: string) => lines.push(line), { again })
    attempt(false)
    expect(lines.at(-1)).toMatch(/^tensor engine: left out, so that nothing can be trained here\. /)
    const said = lines.length
    attempt(false)
    expect(lines).toHaveLength(said)
    attempt(true)
    expect(lines.length).toBeGreaterThan(said)
    writeFileSync(join(root, 'native/trainer/core.cpp'), '// changed')
    attempt(false)
    expect(lines.length).toBeGreaterThan(said + 1)
    expect(readdirSync(join(root, '.tools'))).toEqual(['trainer-left-out'])
    expect(readFileSync(join(root, '.tools/trainer-left-out'), 'utf8')).toContain(root)
  })
})
