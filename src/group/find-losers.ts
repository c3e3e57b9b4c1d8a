/**
 * A unit with its proven winners in, proven losers out, of each class as many as wanted. The order of work is by cost:
 * mutants are screened in batches, a step being one call of the engine for all of them; only one that is clean and
 * differs is compiled at a loser's level; only one that is chosen is proven by running its own IR.
 */
import type { Mutant } from '../mutate/mutant.ts'
import { openDrawing } from './draw-losers.ts'
import { findAstEntries } from './find-ast-entries.ts'
import { findIrEntries } from './find-ir-entries.ts'
import { findMalformedEntries } from './find-malformed-entries.ts'
import { LOSER_CLASSES, type Loser, type MutantVerdict } from './group-record.ts'
import type { GroupTools } from './group-tools.ts'
import { type ClassShares, loserQuotas } from './loser-quotas.ts'
import type { Judge, LoserSearch } from './loser-search.ts'

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
}

/** What the edits of IR cannot give, those of C give, where they have a share. */
export async function findLosers(
  tools: GroupTools,
  search: LoserSearch,
  { wanted, classes, mutants }: LoserWish,
): Promise<FoundLosers> {
  const verdicts = new Map<string, MutantVerdict>()
  const judge: Judge = ({ id, operator }, verdict) => verdicts.set(id, { mutantId: id, operator, verdict })
  const quotas = loserQuotas(classes, wanted, search.seed)
  const drawing = openDrawing(tools, search, judge)
  if (quotas.ir > 0) await drawing.draw(findIrEntries(tools, search, quotas.ir, judge), quotas.ir)
  if (quotas.malformed > 0)
    await drawing.draw(findMalformedEntries(tools, search, quotas.malformed), quotas.malformed)
  const left = wanted - drawing.losers.length
  if (classes.ast > 0 && left > 0)
    await drawing.draw(findAstEntries(tools, search, mutants, left, judge), left)
  const losers = LOSER_CLASSES.flatMap((name) => drawing.losers.filter((loser) => loser.class === name))
  return { losers, verdicts: [...verdicts.values()] }
}
