/** What the search for a group's losers knows, whatever their class. */

import type { Editing } from '../screen/editing.ts'
import type { MutantBuilders } from '../screen/mutant-builders.ts'
import type { LoserOrder } from './select-losers.ts'

export interface LoserSearch extends Editing {
  /** How mutants of the unit's code are built to see that they are clean; undefined where screening has just seen it. */
  readonly copies: MutantBuilders | undefined
  readonly order: LoserOrder
  /** How many that could be losers are compiled and compared for each loser that is wanted. */
  readonly candidatesPerLoser: number
}

/** Candidates compared for each wanted loser, where the order among them may depend on the winners. */
export const CANDIDATES_PER_LOSER = 1.5
