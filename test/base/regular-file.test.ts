import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRegularFile, openRegularFile, readRegularText } from '../../src/base/regular-file.ts'
import { scratchFolder } from '../scratch-folder.ts'

const folder = scratchFolder()
const file = join(folder, 'file')
writeFileSync(file, 'é\n')
mkdirSync(join(folder, 'inner'))
execFileSync('mkfifo', [join(folder, 'pipe')])

describe('a file that must be one', () => {
  it('is read', async () => {
    expect(readRegularText(file)).toBe('é\n')
    const opened = await openRegularFile(file)
    expect(await opened.readFile('utf8')).toBe('é\n')
    await opened.close()
    expect(isRegularFile(file)).toBe(true)
  })

  it.each([join(folder, 'pipe'), '/dev/zero', join(folder, 'inner')])('is not %s', async (path) => {
    expect(() => readRegularText(path)).toThrow('it is no regular file')
    await expect(openRegularFile(path)).rejects.toThrow('it is no regular file')
    expect(isRegularFile(path)).toBe(false)
  })

  it('must be there', () => {
    expect(() => readRegularText(join(folder, 'nowhere'))).toThrow('ENOENT')
    expect(isRegularFile(join(folder, 'nowhere'))).toBe(false)
  })
})
