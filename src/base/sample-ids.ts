/** Draws `count` of the ids: which ones depends on the seed and the ids alone, not on their order or on each other. */
import { createHash } from 'node:crypto'

export function sampleIds(ids: Iterable<string>, count: number, seed: number): string[] {
  return rankIds(ids, seed).slice(0, count).sort()
}

/** All of the ids in the order in which {@link sampleIds} draws them. */
export function rankIds(ids: Iterable<string>, seed: number): string[] {
  const ranked = Array.from(ids, (id) => ({
    id,
    rank: createHash('sha256').update(`${seed}:${id}`).digest('hex'),
  }))
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return ranked.map(({ id }) => id)
}
