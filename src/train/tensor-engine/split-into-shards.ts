import type { ListedTensor } from './load-weights.ts'
import { bytesOf, countOf } from './safetensors.ts'

/** Tensors in their order, as many to a file as fit; one that is larger than a file gets its own. */
export function splitIntoShards(tensors: readonly ListedTensor[], shardBytes: number): ListedTensor[][] {
  const shards: ListedTensor[][] = []
  let free = 0
  for (const tensor of tensors) {
    const size = countOf(tensor.shape) * bytesOf(tensor.numberType)
    if (size > free || shards.length === 0) {
      shards.push([])
      free = shardBytes
    }
    shards.at(-1)!.push(tensor)
    free -= size
  }
  return shards
}
