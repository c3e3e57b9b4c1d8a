import type { TokenBatch } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { uniformNumbers } from './random-checkpoint.ts'

/** A batch of the given [prompt, response] lengths with ids drawn by `seed`. */
export function randomBatch(
  lengths: readonly (readonly [number, number])[],
  vocabulary: number,
  seed = 7,
): TokenBatch {
  const uniform = uniformNumbers(seed)
  const offsets = [0]
  for (const [prompt, response] of lengths) offsets.push(offsets.at(-1)! + prompt + response)
  return {
    ids: Int32Array.from({ length: offsets.at(-1)! }, () => Math.floor(uniform() * vocabulary)),
    offsets: Int32Array.from(offsets),
    promptLengths: Int32Array.from(lengths, ([prompt]) => prompt),
  }
}

/** The batch with the prompt of each group's first sequence in all of the group's, which are as long. */
export function sharePrompts(batch: TokenBatch, groups: readonly (readonly number[])[]): TokenBatch {
  const ids = Int32Array.from(batch.ids)
  for (const [first = 0, ...others] of groups) {
    const start = batch.offsets[first]!
    const prompt = batch.ids.subarray(start, start + batch.promptLengths[first]!)
    for (const other of others) ids.set(prompt, batch.offsets[other]!)
  }
  return { ...batch, ids }
}

/** The sequences of a batch as batches of their own. */
export function splitBatch(batch: TokenBatch): TokenBatch[] {
  return [...batch.promptLengths].map((prompt, i) => {
    const ids = batch.ids.slice(batch.offsets[i]!, batch.offsets[i + 1]!)
    return { ids, offsets: Int32Array.of(0, ids.length), promptLengths: Int32Array.of(prompt) }
  })
}

/** The largest difference, relative to the largest of the second's entries. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const size = largest(expected)
  const difference = largestDifference(found, expected)
  return size === 0 ? difference : difference / size
}

export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values against ${expected.length}`)
  return largest(Array.from(expected, (value, i) => found[i]! - value))
}

function largest(values: ArrayLike<number>): number {
  let size = 0
  for (const value of Array.from(values)) {
    if (Number.isNaN(value)) return Number.NaN
    size = Math.max(size, Math.abs(value))
  }
  return size
}
