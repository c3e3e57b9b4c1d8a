import { expect, it } from 'vitest'
import { FrameWriter } from '../../src/sandbox/frame-writer.ts'

it('writes a length and then all parts, each text and all bytes with a length of their own', () => {
  const writer = new FrameWriter()
  writer.u32(7)
  writer.u64(2 ** 33)
  writer.bytes(Buffer.from([1, 2]))
  writer.bytes(undefined)
  writer.latin1('\xff')
  writer.utf8('é')
  writer.list(['a', ''])
  writer.environment({ A: '1' })
  writer.raw(Buffer.from([9]))
  expect(writer.frame().toString('hex')).toBe(
    [
      '3a000000',
      '07000000',
      '0000000002000000',
      '020000000102',
      '00000000',
      '01000000ff',
      '02000000c3a9',
      '02000000' + '0100000061' + '00000000',
      '01000000' + '03000000413d31',
      '09',
    ].join(''),
  )
})

it('grows where its room is too little', () => {
  const writer = new FrameWriter(1)
  const text = 'ü'.repeat(5000)
  writer.utf8(text)
  writer.latin1('x'.repeat(30_000))
  const frame = writer.frame()
  expect(frame.length).toBe(4 + 4 + 10_000 + 4 + 30_000)
  expect(frame.toString('utf8', 8, 8 + 10_000)).toBe(text)
})

it('refuses a NUL in what becomes a C string', () => {
  expect(() => new FrameWriter().list(['a\0b'])).toThrow('a NUL in "a\\u0000b"')
})
