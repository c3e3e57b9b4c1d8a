/** Where the set-up looks for CUDA's compiler; installing it needs a GPU and is shown by the set-up itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureNvcc, findNvcc } from '../../scripts/setup/nvcc.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gepo-nvcc-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function fakeNvcc(path: string): string {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, '')
  return whole
}

describe('nvcc is found', () => {
  it("on the machine's path before the project's own", () => {
    const own = fakeNvcc('.tools/nvcc/lib/python3.11/site-packages/nvidia/cu13/bin/nvcc')
    const ofMachine = fakeNvcc('bin/nvcc')
    expect(findNvcc(root, { PATH: join(root, 'bin') })).toBe(ofMachine)
    // A toolkit in its usual place comes first as well.
    expect([own, '/usr/local/cuda/bin/nvcc']).toContain(findNvcc(root, { PATH: '' }))
  })

  it('and not looked for on the network where there is one', () => {
    const found = fakeNvcc('bin/nvcc')
    const said: string[] = []
    const libtorch = { folder: join(root, 'torch'), version: '2.13.0' }
    expect(ensureNvcc(root, libtorch, { PATH: join(root, 'bin') }, (line) => said.push(line))).toBe(found)
    expect(said).toEqual([])
  })
})
