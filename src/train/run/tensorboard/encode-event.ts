/**
 * A moment's figures in, the bytes of TensorBoard's event file out: a record is the length of its data, a masked
 * CRC-32C of that, the data (protobuf message `tensorflow.Event`), and its masked CRC-32C.
 */
import { crc32c } from './crc32c.ts'

export type TensorboardEvent = { readonly wallSeconds: number } & (
  | { readonly kind: 'file-version' }
  /** From here on the steps from `step` on come anew: what was shown of them is taken away. */
  | { readonly kind: 'start'; readonly step: number }
  | { readonly kind: 'scalars'; readonly step: number; readonly scalars: Readonly<Record<string, number>> }
)

export function encodeEvent(event: TensorboardEvent): Buffer {
  const data = Buffer.concat([double(1, event.wallSeconds), ...payload(event)])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)])
}

/** Fields of `Event`: step = 2, file_version = 3, summary = 5, session_log = 7. */
function payload(event: TensorboardEvent): Buffer[] {
  switch (event.kind) {
    case 'file-version':
      return [bytes(3, Buffer.from('brain.Event:2'))]
    case 'start':
      // SessionLog: status = 1, START = 1.
      return [integer(2, event.step), bytes(7, integer(1, 1))]
    case 'scalars':
      // Summary: value = 1; Summary.Value: tag = 1, simple_value = 2.
      return [
        integer(2, event.step),
        bytes(
          5,
          Buffer.concat(
            Object.entries(event.scalars).map(([tag, value]) =>
              bytes(1, Buffer.concat([bytes(1, Buffer.from(tag, 'utf8')), float(2, value)])),
            ),
          ),
        ),
      ]
  }
}

/** A CRC over data that holds CRCs says little, hence the mask: rotated by 15 bits, and a constant added. */
function maskedCrc(data: Uint8Array): Buffer {
  const crc = crc32c(data)
  const masked = ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(masked)
  return buffer
}

function varint(value: number): Buffer {
  const result: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) result.push((rest % 0x80) | 0x80)
  return Buffer.from([...result, rest])
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const
const tag = (field: number, wire: number) => varint(field * 8 + wire)

function integer(field: number, value: number): Buffer {
  return Buffer.concat([tag(field, WIRE.varint), varint(value)])
}

function double(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleLE(value)
  return Buffer.concat([tag(field, WIRE.fixed64), buffer])
}

function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeFloatLE(value)
  return Buffer.concat([tag(field, WIRE.fixed32), buffer])
}

function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([tag(field, WIRE.bytes), varint(value.length), value])
}
