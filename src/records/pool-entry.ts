/**
 * A mutant that screening found fit to become a loser: what is known of it before it is chosen, compiled at a loser's
 * level and proven by its own IR.
 */

import type { Mutant } from './mutant.ts'
import type { ObservedResult } from './observed-result.ts'

export type PoolEntry = AstEntry | IrEntry | MalformedEntry

/** The first input on which it is clean and clearly differs, what it gives there, and on how many inputs it does. */
export interface Shown {
  readonly inputIndex: number
  readonly result: ObservedResult
  readonly shownOn: number
}

export interface AstEntry extends Shown {
  readonly class: 'ast'
  readonly mutant: Mutant
}

export interface IrEntry extends Shown {
  readonly class: 'ir'
  readonly mutant: Mutant
  /** Index into the group's winners. */
  readonly editedWinner: number
  /** The winner's text with the edit. */
  readonly ir: string
}

export interface MalformedEntry {
  readonly class: 'malformed'
  readonly mutant: Mutant
  readonly editedWinner: number
  readonly ir: string
  readonly message: string
}
