/** Draws `count` of the ids: which ones depends on the seed and the ids alone, not on their order or on each other. */
import { createHash } from 'node:crypto'

/** In ascending order. Memory for the drawn ones, however many there are. */
export function sampleIds(ids: Iterable<string>, count: number, seed: number): string[] {
  const sample = createSample<string>(count, seed)
  for (const id of ids) sample.add(id, id)
  return sample.drawn()
}

export interface IdSample<Item> {
  add(id: string, item: Item): void
  /** What came with the ids that {@link sampleIds} draws, in the order of their ids. */
  drawn(): Item[]
}

/** How many more than are wanted wait before the last ones are let go. */
const SPARE = 1024

export function createSample<Item>(count: number, seed: number): IdSample<Item> {
  let kept: Ranked<Item>[] = []
  const cut = () => {
    kept = kept.sort(byRank).slice(0, count)
  }
  return {
    add(id, item) {
      kept.push({ id, rank: rankOf(id, seed), item })
      if (kept.length >= 2 * count + SPARE) cut()
    },
    drawn() {
      cut()
      return kept.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ item }) => item)
    },
  }
}

/** All of the ids in the order in which {@link sampleIds} draws them. */
export function rankIds(ids: Iterable<string>, seed: number): string[] {
  return Array.from(ids, (id) => ({ id, rank: rankOf(id, seed), item: id }))
    .sort(byRank)
    .map(({ id }) => id)
}

interface Ranked<Item> {
  readonly id: string
  readonly rank: string
  readonly item: Item
}

const rankOf = (id: string, seed: number) => createHash('sha256').update(`${seed}:${id}`).digest('hex')
const byRank = (a: Ranked<unknown>, b: Ranked<unknown>) => (a.rank < b.rank ? -1 : 1)
