/** A drawing, and entries of each class to draw from, in; the group's losers out. Each class has its share of them. */

import { LOSER_CLASSES, type Loser, type LoserClass } from '../../records/group-record.ts'
import type { PoolEntry } from '../../records/pool-entry.ts'
import type { LoserDrawing } from './draw-losers.ts'
import { type ClassShares, loserQuotas } from './loser-quotas.ts'

export interface ClassDraw {
  /** Losers of all classes together. */
  readonly wanted: number
  readonly classes: ClassShares
  readonly seed: string
  /** Batches of screened mutants of a class; `wanted` says how many losers to draw from them. */
  readonly batchesOf: (name: LoserClass, wanted: number) => AsyncIterable<readonly PoolEntry[]>
}

/**
 * What the edits of IR cannot give, those of C give, where they have a share.
 *
 * @returns by class in the order of `LOSER_CLASSES`
 */
export async function drawClasses(
  drawing: LoserDrawing,
  { wanted, classes, seed, batchesOf }: ClassDraw,
): Promise<Loser[]> {
  const quotas = loserQuotas(classes, wanted, seed)
  for (const name of ['ir', 'malformed'] as const)
    if (quotas[name] > 0) await drawing.draw(batchesOf(name, quotas[name]), quotas[name])
  const left = wanted - drawing.losers.length
  if (classes.ast > 0 && left > 0) await drawing.draw(batchesOf('ast', left), left)
  return LOSER_CLASSES.flatMap((name) => drawing.losers.filter((loser) => loser.class === name))
}
