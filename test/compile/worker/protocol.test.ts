import { describe, expect, it } from 'vitest'
import {
  decodeCompileHello,
  decodeCompileResponse,
  encodeCompileRequest,
} from '../../../src/compile/worker/protocol.ts'

const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]
const bytes = (text: string) => [...u32(Buffer.byteLength(text)), ...Buffer.from(text)]

const response = (kind: number, flags: number, output: string, diagnostics: string) =>
  Buffer.from([...u32(kind), ...u32(flags), ...bytes(output), ...bytes(diagnostics)])

describe('frames of the compile worker', () => {
  it('lays a request out as protocol.h says, lengths in bytes and not in characters', () => {
    const body = [...u32(2), ...bytes('-O0'), ...bytes(''), ...bytes('é\0')]
    expect([...encodeCompileRequest(['-O0', ''], 'é\0')]).toEqual([...u32(body.length), ...body])
  })

  it('reads the version of a hello', () => {
    expect(decodeCompileHello(Buffer.from(u32(7)))).toBe(7)
  })

  it('reads output, with or without a precompiled header', () => {
    expect(decodeCompileResponse(response(0, 1, 'define', 'a warning'))).toEqual({
      kind: 'ok',
      output: Buffer.from('define'),
      precompiled: true,
    })
    expect(decodeCompileResponse(response(0, 0, '', ''))).toMatchObject({ precompiled: false })
  })

  it('reads why there is none', () => {
    expect(decodeCompileResponse(response(1, 0, '', 'error: é'))).toEqual({
      kind: 'rejected',
      stderr: 'error: é',
    })
    expect(decodeCompileResponse(response(2, 0, '', 'why'))).toEqual({ kind: 'unsupported', detail: 'why' })
  })

  it('takes nothing else', () => {
    expect(() => decodeCompileResponse(response(3, 0, '', ''))).toThrow('unknown kind 3')
    expect(() => decodeCompileResponse(Buffer.concat([response(0, 0, '', ''), Buffer.of(0)]))).toThrow(
      'another length',
    )
    expect(() => decodeCompileResponse(response(0, 0, 'text', '').subarray(0, 14))).toThrow()
  })
})
