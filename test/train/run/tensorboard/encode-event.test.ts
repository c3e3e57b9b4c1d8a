import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../../src/train/run/tensorboard/crc32c.ts'
import { encodeEvent } from '../../../../src/train/run/tensorboard/encode-event.ts'

/** Written by tensorboard 2.21.0's own RecordWriter and protobuf classes from the same events. */
const KNOWN_FILE =
  '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110100000000000000095fbfe180900005040fc54d94110ac023a0208010333a04736000000000000004f578cef090000b040fc54d94110ad022a280a110a0a747261696e2f6c6f7373150000803e0a130a0c747261696e2f6d617267696e150000c0bf30c30d8e'

describe('an event file', () => {
  it('is byte for byte what TensorBoard writes', () => {
    const events = [
      encodeEvent({ kind: 'file-version', wallSeconds: 1700000000.5 }),
      encodeEvent({ kind: 'start', step: 300, wallSeconds: 1700000001.25 }),
      encodeEvent({
        kind: 'scalars',
        step: 301,
        wallSeconds: 1700000002.75,
        scalars: { 'train/loss': 0.25, 'train/margin': -1.5 },
      }),
    ]
    expect(Buffer.concat(events).toString('hex')).toBe(KNOWN_FILE)
  })
})

describe('CRC-32C', () => {
  it.each([
    // The check value of the polynomial, and RFC 3720, B.4.
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('of %o is as published', (bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })
})
