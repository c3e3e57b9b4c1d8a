/** Mutants of the unit's code in, in the order in which they are tried; those fit for losers out, a batch at a time. */
import type { CodeEngine } from '../../execute/code-engine.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { AstEntry } from '../../records/pool-entry.ts'
import type { RecordVerdict } from './record-verdict.ts'
import { type Screening, screenMutants } from './screen-mutants.ts'

/** @param length of a batch */
export async function* findAstEntries(
  engine: CodeEngine,
  proofContext: Screening,
  mutants: readonly Mutant[],
  length: number,
  recordVerdict: RecordVerdict,
): AsyncGenerator<AstEntry[]> {
  for (let start = 0; start < mutants.length; start += length) {
    const batch = mutants.slice(start, start + length)
    const entries: AstEntry[] = []
    for (const [index, screened] of (await screenMutants(engine, proofContext, batch)).entries()) {
      const mutant = batch[index]!
      if (screened.kind === 'refused') recordVerdict(mutant, screened.verdict)
      else {
        const { kind: _, ...shown } = screened
        entries.push({ class: 'ast', mutant, ...shown })
      }
    }
    yield entries
  }
}
