import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FILES, isWanted, packageFolders, RUNNERS } from '../../bench/check-gpu/pack-list.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('what a pack takes along', () => {
  it('is there', () => {
    expect(FILES.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('are packages with all that they need, from where Node finds them', () => {
    const packages = {
      'node_modules/vitest': { dependencies: { chai: '1' }, optionalDependencies: { other: '1' } },
      'node_modules/vitest/node_modules/chai': { dependencies: { deep: '1' } },
      'node_modules/chai': {},
      'node_modules/deep': { dependencies: { vitest: '1' } },
      'node_modules/knip': {},
    }
    expect(packageFolders(['vitest'], packages)).toEqual([
      'node_modules/deep',
      'node_modules/vitest',
      'node_modules/vitest/node_modules/chai',
    ])
  })

  it('are, of the real ones, few of those that there are', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
    const folders = packageFolders([...RUNNERS, 'tokenizers'], packages)
    expect(folders).toContain('node_modules/tokenizers')
    expect(folders).not.toContain('node_modules/typescript')
  })

  it('leaves out what only other machines or compilers read', () => {
    const wanted = (path: string) => isWanted(`node_modules/${path}`, 'linux-x64')
    expect(wanted('tokenizers/tokenizers.linux-x64-gnu.node')).toBe(true)
    expect(wanted('tokenizers/tokenizers.linux-x64-musl.node')).toBe(false)
    expect(wanted('tokenizers/tokenizers.darwin-x64.node')).toBe(false)
    expect(wanted('zod/v4/index.d.cts')).toBe(false)
    expect(wanted('zod/v4/index.js')).toBe(true)
    expect(wanted('esbuild/bin/esbuild')).toBe(false)
    expect(wanted('@esbuild/linux-x64/bin/esbuild')).toBe(true)
  })
})
