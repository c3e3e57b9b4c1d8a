/**
 * The group's winners in, one instruction of them edited; a batch at a time, those fit for losers of the class `ir` out.
 * The text is what is run and watched, so what is found here is found of the loser itself.
 */
import { createRandom } from '../../base/random.ts'
import type { IrMutant } from '../../mutate-ir/ir-mutant.ts'
import { mutateIr } from '../../mutate-ir/mutate-ir.ts'
import { plainMutant } from '../../mutate-ir/plain-mutant.ts'
import { chosenWinners } from '../../records/chosen-winners.ts'
import type { IrEntry } from '../../records/pool-entry.ts'
import type { GroupTools } from '../group-tools.ts'
import { irBuilder } from '../proofs/prove-losers.ts'
import { MUTANTS_PER_BATCH, MUTANTS_PER_LOSER } from './batch-sizes.ts'
import type { Editing } from './editing.ts'
import { inTurns } from './in-turns.ts'
import { KnownRuns } from './known-runs.ts'
import type { RecordVerdict } from './record-verdict.ts'
import { screenVariants } from './screen-mutants.ts'

export async function* findIrEntries(
  { engine }: GroupTools,
  editing: Editing,
  wanted: number,
  recordVerdict: RecordVerdict,
): AsyncGenerator<IrEntry[]> {
  const edits = editsInTurns(editing, wanted * MUTANTS_PER_LOSER)
  const length = wanted * MUTANTS_PER_BATCH
  for (let start = 0; start < edits.length; start += length) {
    const batch = edits.slice(start, start + length)
    const variants = batch.map(({ mutant }) => ({
      build: irBuilder(engine, editing, mutant.text),
      known: new KnownRuns(),
    }))
    const entries: IrEntry[] = []
    const screening = await screenVariants(engine, editing, variants, (differing) =>
      differing.map((index) => variants[index]!.build),
    )
    for (const [index, screened] of screening.entries()) {
      const { mutant, editedWinner } = batch[index]!
      if (screened.kind === 'refused') recordVerdict(mutant, screened.verdict)
      else {
        const { kind: _, ...shown } = screened
        entries.push({
          class: 'ir',
          mutant: plainMutant(mutant),
          editedWinner,
          ir: mutant.text,
          ...shown,
        })
      }
    }
    yield entries
  }
}

/** One edit of each winner after the other, so that no level has more than its part. */
function editsInTurns(
  { winners, seed }: Editing,
  count: number,
): { readonly mutant: IrMutant; readonly editedWinner: number }[] {
  const random = createRandom(`ir ${seed}`)
  const edited = random.shuffle(chosenWinners(winners))
  const ofWinners = edited.map(({ winner, index }) =>
    mutateIr(winner.ir, { count: Math.ceil(count / edited.length), seed: random.int(0, 2 ** 32 - 1) }).map(
      (mutant) => ({ mutant, editedWinner: index }),
    ),
  )
  return inTurns(ofWinners).slice(0, count)
}
