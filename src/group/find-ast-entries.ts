/** Mutants of the unit's code in, in the order in which they are to be tried; a batch at a time, those fit for losers out. */
import type { Mutant } from '../mutate/mutant.ts'
import type { GroupTools } from './group-tools.ts'
import { type Judge, type LoserSearch, MUTANTS_PER_BATCH } from './loser-search.ts'
import type { AstEntry } from './pool-entry.ts'
import { screenMutants } from './screen-mutants.ts'

export async function* findAstEntries(
  { engine, parse }: GroupTools,
  search: LoserSearch,
  mutants: readonly Mutant[],
  wanted: number,
  judge: Judge,
): AsyncGenerator<AstEntry[]> {
  const length = wanted * MUTANTS_PER_BATCH
  for (let start = 0; start < mutants.length; start += length) {
    const batch = mutants.slice(start, start + length)
    const entries: AstEntry[] = []
    for (const [index, screened] of (await screenMutants(engine, { ...search, parse }, batch)).entries()) {
      const mutant = batch[index]!
      if (screened.kind === 'refused') judge(mutant, screened.verdict)
      else {
        const { kind: _, ...shown } = screened
        entries.push({ class: 'ast', mutant, ...shown })
      }
    }
    yield entries
  }
}
