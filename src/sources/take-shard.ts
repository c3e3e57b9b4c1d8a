/**
 * Cuts a stream of items into the part that this process handles. The index of an item is its place in the
 * whole input, whatever becomes of it later, so the shards of one input never overlap and together are all of it.
 */
import { UserError } from '../base/user-error.ts'

/** Shard `index` of `count`; `index` counts from 0. */
export interface Shard {
  readonly index: number
  readonly count: number
}

export interface ItemSelection {
  /** Number of items read from the start of the input, counted before sharding: a limited input is cut into shards. */
  readonly limit?: number | undefined
  readonly shard?: Shard | undefined
}

/**
 * Yields the items whose index is below `limit` and equals `shard.index` modulo `shard.count`, in order.
 *
 * @example takeShard(abcde, { limit: 4, shard: { index: 1, count: 2 } }) // b, d
 */
export async function* takeShard<T>(items: AsyncIterable<T>, selection: ItemSelection): AsyncGenerator<T> {
  const limit = selection.limit ?? Number.POSITIVE_INFINITY
  const { index, count } = selection.shard ?? { index: 0, count: 1 }
  if (limit <= 0) return
  let position = 0
  for await (const item of items) {
    if (position % count === index) yield item
    position += 1
    if (position >= limit) return
  }
}

/** How many of `total` items {@link takeShard} yields. */
export function countTaken(total: number, selection: ItemSelection): number {
  const { index, count } = selection.shard ?? { index: 0, count: 1 }
  const limited = Math.min(total, selection.limit ?? total)
  return Math.max(0, Math.ceil((limited - index) / count))
}

/** Reads `i/n` as the command line gives it. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index === undefined || count === undefined || index >= count) {
    throw new UserError(
      `--shard ${text} is not i/n with i from 0 to n-1, such as 0/4 for the first of four shards`,
    )
  }
  return { index, count }
}
