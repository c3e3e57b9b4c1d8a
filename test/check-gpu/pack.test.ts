/** Which built engines a pack takes along. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writePack } from '../../bench/check-gpu/pack.ts'
import { scratchFolder } from '../scratch-folder.ts'

function prebuilt(files: Readonly<Record<string, string>>): string {
  const folder = scratchFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, '2.13.0'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

describe('a pack', () => {
  it.each([
    ['where there is none', {}, /has no built engine/],
    ['where there is something else', { 'pack.tar.xz': '' }, /has no built engine/],
    [
      'that does not say what it was built from',
      { '2.13.0/trainer.node': '' },
      /2\.13\.0 was built from other/,
    ],
    [
      'of other sources',
      { '2.13.0/trainer.node': '', '2.13.0/gepo-sources': 'another /somewhere' },
      /2\.13\.0 was built from other sources.*: build it again/,
    ],
  ])('takes no engine along %s', (_, files, message) => {
    const pack = join(scratchFolder(), 'pack.tar.xz')
    expect(() => writePack(pack, prebuilt(files))).toThrow(message)
    expect(existsSync(pack)).toBe(false)
  })
})
