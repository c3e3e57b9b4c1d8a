import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { readWeightFiles } from '../../../src/train/tensor-engine/checkpoint-files.ts'
import { countOf } from '../../../src/train/tensor-engine/safetensors.ts'

/** All tensors of a checkpoint in float32. */
export async function readCheckpoint(folder: string): Promise<Record<string, Float32Array>> {
  const all: Record<string, Float32Array> = {}
  for (const { path, tensors } of await readWeightFiles(folder)) {
    const file = await open(path)
    for (const { name, type, shape, begin } of tensors) {
      if (type !== 'float32') throw new Error(`${name} of ${join(folder)} is ${type}`)
      all[name] = new Float32Array(countOf(shape))
      await file.read(new Uint8Array(all[name].buffer), 0, all[name].byteLength, begin)
    }
    await file.close()
  }
  return all
}
