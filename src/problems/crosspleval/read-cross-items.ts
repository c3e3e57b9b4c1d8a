/** Names of places and what they are in, functions with tests and solutions out. */
import type { CrossItem } from './cross-problem.ts'
import { readHumanEvalX } from './read-humaneval-x.ts'
import { readTaco } from './read-taco.ts'

export const CROSS_KINDS = ['taco', 'humaneval-x'] as const

/** All that the items depend on. */
export interface CrossPlaces {
  readonly from: (typeof CROSS_KINDS)[number]
  readonly places: readonly string[]
  /** Stands in for the source's own name. */
  readonly dataset?: string | undefined
  readonly license?: string | undefined
  /** MultiPL-E's HumanEval in JavaScript; HumanEval-X alone. */
  readonly moreTests?: string | undefined
}

/** @throws UserError for a place that is missing or of another form */
export async function* readCrossItems(places: CrossPlaces): AsyncGenerator<CrossItem> {
  if (places.from === 'taco') yield* readTaco(places.places, places)
  else for (const folder of places.places) yield* readHumanEvalX(folder, places)
}
