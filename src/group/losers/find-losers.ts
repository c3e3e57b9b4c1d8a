/**
 * A unit with its proven winners in, proven losers out, of each class as many as wanted. Cheap work comes
 * first. Mutants are screened in batches, and each step is one call of the engine for the whole batch. Only a mutant that
 * is clean and differs is compiled at a loser's level. Only one that is chosen is proven by its own IR.
 */

import type { Loser, LoserClass } from '../../records/group-record.ts'
import type { AstEntry, PoolEntry } from '../../records/pool-entry.ts'
import type { GroupTools } from '../group-tools.ts'
import { findIrEntries } from '../screen/find-ir-entries.ts'
import { findMalformedEntries } from '../screen/find-malformed-entries.ts'
import type { RecordVerdict } from '../screen/record-verdict.ts'
import { drawClasses } from './draw-classes.ts'
import { openLoserDrawing } from './draw-losers.ts'
import type { ClassShares } from './loser-quotas.ts'
import type { LoserSearch } from './loser-search.ts'

export interface LoserWish {
  readonly wanted: number
  readonly classes: ClassShares
  /** Screened mutants of the unit's code, best first. */
  readonly astEntries: AsyncIterable<readonly AstEntry[]>
}

export interface FoundLosers {
  /** By class in the order of `LOSER_CLASSES`. */
  readonly losers: readonly Loser[]
  /** All that were screened and found fit, drawn or not. */
  readonly pool: readonly PoolEntry[]
}

export async function findLosers(
  tools: GroupTools,
  search: LoserSearch,
  { wanted, classes, astEntries }: LoserWish,
  recordVerdict: RecordVerdict,
): Promise<FoundLosers> {
  const pool: PoolEntry[] = []
  const batchesOf = (name: LoserClass, count: number): AsyncIterable<readonly PoolEntry[]> => {
    switch (name) {
      case 'ast':
        return astEntries
      case 'ir':
        return findIrEntries(tools, search, count, recordVerdict)
      case 'malformed':
        return findMalformedEntries(tools, search, count)
    }
  }
  const losers = await drawClasses(openLoserDrawing(tools, search, recordVerdict), {
    wanted,
    classes,
    seed: search.seed,
    batchesOf: (name, count) => keptIn(pool, batchesOf(name, count)),
  })
  return { losers, pool }
}

async function* keptIn<T>(kept: T[], batches: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  for await (const batch of batches) {
    kept.push(...batch)
    yield batch
  }
}
