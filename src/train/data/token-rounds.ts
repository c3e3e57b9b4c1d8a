/**
 * Items in, the batches that ranks work on at the same time out: dealt to the ranks by their tokens, and each rank's packed
 * within the limit. A rank that has less to do than another has empty batches at the end.
 */
import { dealByTokens, promptFamilies } from '../tensor-engine/ranks/deal-by-tokens.ts'
import type { TokenBatch } from '../tensor-engine/tensor-engine.ts'
import { packByTokens, type Sequence, sequenceTokens, toTokenBatch } from './token-batch.ts'

/** One rank's items of a round, with their places among all. */
export interface Packed<Item> {
  readonly items: readonly Item[]
  readonly places: readonly number[]
}

/**
 * @param width how many ranks there are: with one, the rounds are the packs of {@link packByTokens}
 * @example packRounds([3, 4, 9], (n) => n, 8, 1).map(([pack]) => pack!.items) // [[3, 4], [9]]
 */
export function packRounds<Item>(
  items: readonly Item[],
  tokensOf: (item: Item) => number,
  maxTokens: number,
  width: number,
): Packed<Item>[][] {
  const dealt = dealByTokens(items, tokensOf, width)
  return inRounds(items, tokensOf, maxTokens, dealt)
}

/**
 * As {@link packRounds}; sequences of one prompt that follow each other stay on a rank, where their prompt is run once,
 * unless there are fewer prompts than ranks.
 */
export function packSequenceRounds<Item extends Sequence>(
  sequences: readonly Item[],
  maxTokens: number,
  width: number,
): Packed<Item>[][] {
  const families = promptFamilies(sequences.map(({ prompt }) => prompt))
  const units = width === 1 || families.length < width ? [...sequences.keys()].map((i) => [i]) : families
  const tokensOf = (unit: readonly number[]) =>
    unit.reduce((sum, i) => sum + sequenceTokens(sequences[i]!), 0)
  const dealt = dealByTokens(units, tokensOf, width).map((own) => own.flatMap((unit) => units[unit]!))
  return inRounds(sequences, sequenceTokens, maxTokens, dealt)
}

function inRounds<Item>(
  items: readonly Item[],
  tokensOf: (item: Item) => number,
  maxTokens: number,
  dealt: readonly (readonly number[])[],
): Packed<Item>[][] {
  const ranks = dealt.map((places) => packByTokens(places, (place) => tokensOf(items[place]!), maxTokens))
  return Array.from({ length: Math.max(...ranks.map((packs) => packs.length)) }, (_, round) =>
    ranks.map((packs) => {
      const places = packs[round] ?? []
      return { places, items: places.map((place) => items[place]!) }
    }),
  )
}

export function toTokenBatches(packs: readonly Packed<Sequence>[]): TokenBatch[] {
  return packs.map(({ items }) => toTokenBatch(items))
}
