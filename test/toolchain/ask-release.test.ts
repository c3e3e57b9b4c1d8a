import { describe, expect, it } from 'vitest'
import { askRelease } from '../../src/toolchain/ask-release.ts'

describe('askRelease', () => {
  it('gives what clang prints first, and the version in it', () => {
    const release = askRelease('clang-19')
    expect(release?.version).toMatch(/^19\.\d+\.\d+$/)
    expect(release?.name).toMatch(/clang version 19\.\d+\.\d+/)
    expect(release?.name).not.toContain('\n')
  })

  it.each([
    ['another program', 'sh'],
    ['nothing', '/nowhere/clang'],
  ])('gives nothing for %s', (_, program) => {
    expect(askRelease(program)).toBeUndefined()
  })
})
