import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { torchEnv } from '../../bench/check-gpu/build-engine.ts'
import { scratchFolder } from '../scratch-folder.ts'

const folder = scratchFolder()

function python(name: string, says: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${says}\n`, { mode: 0o755 })
  return path
}

describe('the libtorch of a check', () => {
  it('is that of the Python that is named', () => {
    expect(torchEnv(python('whole', 'echo /its/torch'), {})).toEqual({ LIBTORCH: '/its/torch' })
  })

  it.each([
    ['where none is named', undefined, {}],
    ['where that has none', python('bare', ''), {}],
    ['where that fails', python('broken', 'echo /its/torch; exit 1'), {}],
    ['where there is no such Python', join(folder, 'none'), {}],
    ['where the environment names another', python('other', 'echo /its/torch'), { LIBTORCH: '/another' }],
    ['where it does so by its other name', python('same', 'echo /its/torch'), { TORCH_DIR: '/another' }],
  ])('is found as without it %s', (_, named, env) => {
    expect(torchEnv(named, env)).toBeUndefined()
  })
})
