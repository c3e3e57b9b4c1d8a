/** A module with one instruction edited: a loser of the class `ir`, or a text of the class `malformed`. */
import type { Mutant } from '../records/mutant.ts'

/**
 * As for any mutant, `start` and `end` are offsets in the text that was edited (here the module's), `original` and
 * `replacement` the edited instruction's text, `line` its first line. They say where and what; what follows from it
 * elsewhere (uses of a deleted value, numbers) is in `text` alone.
 */
export interface IrMutant extends Mutant {
  /** In which function, `@main`. */
  readonly function: string
  /** What the uses of a deleted value became. */
  readonly uses?: string
  /** The whole module after the edit, its unnamed values numbered again. */
  readonly text: string
}
