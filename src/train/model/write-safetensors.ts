/** Tensors in, a safetensors file with their numbers in float32 out, a tensor at a time in memory. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { makeSafetensorsPrefix } from '../tensor-engine/safetensors.ts'
import type { TensorShape } from './decoder-tensors.ts'

/** @param valuesOf called once for each tensor, in order */
export function writeSafetensors(
  path: string,
  tensors: readonly TensorShape[],
  valuesOf: (tensor: TensorShape) => Float32Array,
): void {
  const file = openSync(path, 'w')
  try {
    const write = (bytes: Uint8Array) => {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    }
    const stored = tensors.map(({ name, shape }) => ({ name, shape, type: 'float32' as const }))
    write(makeSafetensorsPrefix(stored, { format: 'pt' }))
    for (const tensor of tensors) {
      const values = valuesOf(tensor)
      write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
  } finally {
    closeSync(file)
  }
}
