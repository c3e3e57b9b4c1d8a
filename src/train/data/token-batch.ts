/** Sequences in, one batch for the engine out, without padding; and sequences cut into batches by their tokens. */
import type { Model, TokenBatch } from '../tensor-engine/tensor-engine.ts'
import type { EncodedGroup } from './encoded-group.ts'

export interface Sequence {
  readonly prompt: Int32Array
  readonly response: Int32Array
}

export function sequencesOf({ prompt, responses }: EncodedGroup): Sequence[] {
  return responses.map((response) => ({ prompt, response }))
}

export function toTokenBatch(sequences: readonly Sequence[]): TokenBatch {
  const offsets = new Int32Array(sequences.length + 1)
  sequences.forEach(({ prompt, response }, i) => {
    offsets[i + 1] = offsets[i]! + prompt.length + response.length
  })
  const ids = new Int32Array(offsets.at(-1)!)
  sequences.forEach(({ prompt, response }, i) => {
    ids.set(prompt, offsets[i]!)
    ids.set(response, offsets[i]! + prompt.length)
  })
  return { ids, offsets, promptLengths: Int32Array.from(sequences, ({ prompt }) => prompt.length) }
}

/** Prompts without responses, one after another. */
export function packPrompts(prompts: readonly Int32Array[]): { ids: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(prompts.length + 1)
  prompts.forEach(({ length }, i) => {
    offsets[i + 1] = offsets[i]! + length
  })
  const ids = new Int32Array(offsets.at(-1)!)
  prompts.forEach((prompt, i) => {
    ids.set(prompt, offsets[i])
  })
  return { ids, offsets }
}

/**
 * Neighbours together while they stay within the limit; an item beyond it is alone.
 * @example packByTokens([3, 4, 9, 1], (n) => n, 8) // [[3, 4], [9], [1]]
 */
export function packByTokens<Item>(
  items: readonly Item[],
  tokensOf: (item: Item) => number,
  maxTokens: number,
): Item[][] {
  const packs: Item[][] = []
  let room = 0
  for (const item of items) {
    const tokens = tokensOf(item)
    const pack = packs.at(-1)
    if (pack !== undefined && tokens <= room) pack.push(item)
    else {
      packs.push([item])
      room = maxTokens
    }
    room -= tokens
  }
  return packs
}

/** A GPU is busy with as many; fewer in a pass would leave it idle between small products. */
const ENOUGH_TOKENS = 4096

/**
 * Tokens that go well together in a pass with a backward pass, where nothing asks for one pass: of further ones
 * something would be computed a second time for want of memory, which costs more than a pass of their own.
 */
export function tokensTogether({ info }: Pick<Model, 'info'>, packedTokens: number): number {
  return Math.min(packedTokens, Math.max(info.tokensKeptWhole ?? packedTokens, ENOUGH_TOKENS))
}

export function sequenceTokens({ prompt, response }: Sequence): number {
  return prompt.length + response.length
}
