/**
 * Tensors in, a safetensors file out: eight bytes with the header's length, the header (JSON padded by blanks), the
 * numbers of each tensor in float32, little end first. A tensor at a time is in memory.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { endianness } from 'node:os'
import type { TensorShape } from './decoder-shape.ts'

/** @param valuesOf called once for each tensor, in order */
export function writeSafetensors(
  path: string,
  tensors: readonly TensorShape[],
  valuesOf: (tensor: TensorShape) => Float32Array,
): void {
  if (endianness() !== 'LE') throw new Error('safetensors are written on little-endian machines only')
  let offset = 0
  const entries = tensors.map(({ name, shape }) => {
    const start = offset
    offset += 4 * shape.reduce((product, size) => product * size, 1)
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }]
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8), 'utf8')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))

  const file = openSync(path, 'w')
  try {
    const write = (bytes: Uint8Array) => {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    }
    write(length)
    write(header)
    for (const tensor of tensors) {
      const values = valuesOf(tensor)
      write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
  } finally {
    closeSync(file)
  }
}
