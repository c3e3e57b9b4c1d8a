import type { Winner } from '../../records/group-record.ts'
import type { ProofContext } from '../proofs/prove-losers.ts'

/** What it takes to edit the IR of a group's winners and to screen what comes out. */
export interface Editing extends ProofContext {
  readonly winners: readonly Winner[]
  readonly seed: string
}
