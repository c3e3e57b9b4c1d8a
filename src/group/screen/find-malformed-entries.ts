/** The group's winners in, texts made of them that the assembler refuses out, all at once: none of them is ever run. */
import { createRandom } from '../../base/random.ts'
import { malformIr } from '../../mutate-ir/malform-ir.ts'
import { plainMutant } from '../../mutate-ir/plain-mutant.ts'
import { chosenWinners } from '../../records/chosen-winners.ts'
import type { MalformedEntry } from '../../records/pool-entry.ts'
import type { GroupTools } from '../group-tools.ts'
import type { Editing } from './editing.ts'
import { inTurns } from './in-turns.ts'

/** The assembler has refused them already; few fall out for being equal to others. */
const TEXTS_PER_LOSER = 2

export async function* findMalformedEntries(
  { engine }: GroupTools,
  { winners, seed }: Editing,
  wanted: number,
): AsyncGenerator<MalformedEntry[]> {
  const random = createRandom(`malformed ${seed}`)
  const texts = wanted * TEXTS_PER_LOSER
  const edited = random.shuffle(chosenWinners(winners)).slice(0, texts)
  const count = Math.ceil(texts / edited.length)
  const ofWinners: MalformedEntry[][] = []
  for (const { winner, index } of edited) {
    const refused = await malformIr(engine.assemble, winner.ir, { count, seed: random.int(0, 2 ** 32 - 1) })
    ofWinners.push(
      refused.map((mutant) => ({
        class: 'malformed',
        mutant: plainMutant(mutant),
        editedWinner: index,
        ir: mutant.text,
        message: mutant.message,
      })),
    )
  }
  yield inTurns(ofWinners)
}
