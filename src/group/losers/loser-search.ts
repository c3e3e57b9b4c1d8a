/** What the search for a group's losers knows, whatever their class. */

import type { MutantVerdictName, Winner } from '../../records/group-record.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { ProofContext } from '../proofs/prove-losers.ts'
import type { LoserOrder } from './select-losers.ts'

export interface LoserSearch extends ProofContext {
  readonly winners: readonly Winner[]
  readonly order: LoserOrder
  /** How many that could be losers are compiled and compared for each loser that is wanted. */
  readonly candidatesPerLoser: number
  readonly seed: string
}

/** Keeps what became of a mutant; the last word counts. */
export type RecordVerdict = (mutant: Mutant, verdict: MutantVerdictName) => void

/** Candidates compared for each wanted loser, where the order among them may depend on the winners. */
export const CANDIDATES_PER_LOSER = 1.5
/** Mutants screened together for each wanted loser; most that fall out are equal or undefined. */
export const MUTANTS_PER_BATCH = 3
/** Mutants screened for each wanted loser before a unit is given up: its mutants are mostly equal or undefined. */
export const MUTANTS_PER_LOSER = 12
