/**
 * A unit with its proven winners in, proven losers out, of each class as many as wanted. The order of work is by cost:
 * mutants are screened in batches, a step being one call of the engine for all of them; only one that is clean and
 * differs is compiled at a loser's level; only one that is chosen is proven by running its own IR.
 */
import type { Mutant } from '../mutate/mutant.ts'
import { drawClasses } from './draw-classes.ts'
import { openDrawing } from './draw-losers.ts'
import { findAstEntries } from './find-ast-entries.ts'
import { findIrEntries } from './find-ir-entries.ts'
import { findMalformedEntries } from './find-malformed-entries.ts'
import type { Loser, LoserClass, MutantVerdict } from './group-record.ts'
import type { GroupTools } from './group-tools.ts'
import type { ClassShares } from './loser-quotas.ts'
import type { Judge, LoserSearch } from './loser-search.ts'
import type { PoolEntry } from './pool-entry.ts'

export interface LoserWish {
  readonly wanted: number
  readonly classes: ClassShares
  /** Of the unit's code, in the order in which they are to be tried. */
  readonly mutants: readonly Mutant[]
}

export interface FoundLosers {
  /** By class in the order of `LOSER_CLASSES`. */
  readonly losers: readonly Loser[]
  readonly verdicts: readonly MutantVerdict[]
  /** All that were screened and found fit, drawn or not. */
  readonly pool: readonly PoolEntry[]
}

export async function findLosers(
  tools: GroupTools,
  search: LoserSearch,
  { wanted, classes, mutants }: LoserWish,
): Promise<FoundLosers> {
  const verdicts = new Map<string, MutantVerdict>()
  const judge: Judge = ({ id, operator }, verdict) => verdicts.set(id, { mutantId: id, operator, verdict })
  const pool: PoolEntry[] = []
  const batchesOf = (name: LoserClass, count: number): AsyncIterable<readonly PoolEntry[]> => {
    switch (name) {
      case 'ast':
        return findAstEntries(tools, search, mutants, count, judge)
      case 'ir':
        return findIrEntries(tools, search, count, judge)
      case 'malformed':
        return findMalformedEntries(tools, search, count)
    }
  }
  const losers = await drawClasses(openDrawing(tools, search, judge), {
    wanted,
    classes,
    seed: search.seed,
    batchesOf: (name, count) => keptIn(pool, batchesOf(name, count)),
  })
  return { losers, verdicts: [...verdicts.values()], pool }
}

async function* keptIn<T>(kept: T[], batches: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  for await (const batch of batches) {
    kept.push(...batch)
    yield batch
  }
}
