import { describe, expect, it } from 'vitest'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import type { Input } from '../../src/records/input.ts'
import { shrinkInput, sizeOf } from '../../src/search/shrink-input.ts'

const program: EntryPoint = { kind: 'program', exitDefined: true }

describe('shrinkInput', () => {
  it('gives only shorter inputs, the shortest first', () => {
    const input: Input = { kind: 'stdin', stdin: '120 word\n7.25\n' }
    const sizes = shrinkInput(program, input).map(sizeOf)
    expect(sizes.length).toBeGreaterThan(5)
    expect(Math.max(...sizes)).toBeLessThan(sizeOf(input))
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
  })

  it('drops text and makes numbers smaller', () => {
    const simpler = shrinkInput(program, { kind: 'stdin', stdin: '1000 x' }).map(({ stdin }) => stdin)
    expect(simpler).toEqual(expect.arrayContaining(['', '0 x', '500 x', '1000 ']))
  })

  it('ends at what cannot be simpler', () => {
    expect(shrinkInput(program, { kind: 'stdin', stdin: '' })).toEqual([])
  })
})
