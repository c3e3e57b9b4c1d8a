/**
 * What the builder returns for a unit and what the store keeps: plain data that crosses a worker's boundary.
 * Enters from the group stage, goes to the store, and comes back out of it to verify, show, export and train.
 */

import type { Input } from './input.ts'
import type { Level } from './level.ts'
import type { Mutant } from './mutant.ts'
import type { ObservedResult } from './observed-result.ts'
import type { PoolEntry } from './pool-entry.ts'
import type { Source } from './source.ts'
import type { Split } from './split.ts'
import type { Unit } from './unit.ts'

/** The steps of the way from a source to a group, in order; a drop names the one that gave up. */
export const STAGES = [
  'read',
  'extract',
  'compile',
  'input',
  'screen-original',
  'winners',
  'mutate',
  'losers',
  'group',
] as const
export type Stage = (typeof STAGES)[number]

/** A unit that is done with: in a group, or dropped with the reason. */
export interface UnitOutcome {
  readonly unit: Unit
  readonly result: UnitResult
  /** Milliseconds by stage; for people, never part of a comparison. */
  readonly timings: Readonly<Record<string, number>>
}

export type UnitResult =
  | {
      readonly kind: 'group'
      readonly group: GroupRecord
      /** What its losers were drawn from; no id covers it. */
      readonly pool: readonly PoolEntry[]
    }
  | { readonly kind: 'dropped'; readonly stage: Stage; readonly reason: string; readonly detail: string }

export interface GroupRecord {
  /** sha256 (hex) over the group's contents, see `groupId`. */
  readonly id: string
  readonly split: Split
  /** What the group is about where that is not the unit itself: one of its mutants; the unit is then a loser. */
  readonly subject?: { readonly mutant: Mutant; readonly code: string }
  /** What the group is about, here called the original, is clean on every one of them. */
  readonly inputs: readonly Input[]
  /** For functions: each input as C text, for people. Nothing rests on it, and no id covers it. */
  readonly callTexts?: readonly string[]
  /** The original's result per input. */
  readonly expected: readonly ObservedResult[]
  readonly coverage: { readonly edgesReached: number; readonly edgesTotal: number }
  readonly seed: number
  readonly inputsTried: number
  /** All distinct winners of the unit; those with `chosen` are the group's members. */
  readonly winners: readonly Winner[]
  readonly losers: readonly Loser[]
  /** Every mutant tried. */
  readonly mutantVerdicts: readonly MutantVerdict[]
}

export interface Winner {
  readonly ir: string
  /** The levels that give this text, in the order of `LEVELS`. */
  readonly levels: readonly Level[]
  readonly chosen: boolean
}

export const LOSER_CLASSES = ['ast', 'ir', 'malformed'] as const
/**
 * What was edited: `ast` the unit's C, `ir` one instruction of a winner's IR, `malformed` one instruction so that the
 * assembler refuses the text.
 */
export type LoserClass = (typeof LOSER_CLASSES)[number]

export type Loser = AstLoser | IrLoser | MalformedLoser

interface AnyLoser {
  /** The edit: in the unit's code for the class `ast`, in the text of the winner `editedWinner` for the others. */
  readonly mutant: Mutant
  readonly ir: string
  readonly level: Level
  /** 0 to 1, larger is harder; see loser-difficulty.ts. */
  readonly difficulty: number
  /** The member with the least distance in lines: index into `winners`. */
  readonly nearestWinner: number
  /** To the nearest winner, see edit-distance.ts; tokens are null where an older form of the database lacks them. */
  readonly distance: { readonly lines: number; readonly tokens: number | null }
}

export interface AstLoser extends AnyLoser {
  readonly class: 'ast'
  /** The unit's code with the mutant's edit. */
  readonly code: string
  /** Of the edit in the syntax tree, see edit-depth.ts; null where an older form of the database lacks it. */
  readonly depth: number | null
  readonly witness: Witness
  readonly shownOn: ShownOn
}

export interface IrLoser extends AnyLoser {
  readonly class: 'ir'
  /** Index into `winners`. */
  readonly editedWinner: number
  readonly witness: Witness
  readonly shownOn: ShownOn
}

export interface MalformedLoser extends AnyLoser {
  readonly class: 'malformed'
  /** Index into `winners`. */
  readonly editedWinner: number
  /** Why the assembler refuses it, `12:3: use of undefined value '%add'`. */
  readonly message: string
}

/**
 * On how many of the group's inputs the loser is clean and clearly differs; null where an older form of the database
 * lacks it.
 */
export type ShownOn = number | null

/** An input on which both sides run clean and give different results. */
export interface Witness {
  /** Index into `inputs`; `original` equals `expected` there. */
  readonly inputIndex: number
  readonly original: ObservedResult
  readonly mutant: ObservedResult
}

export interface MutantVerdict {
  readonly mutantId: string
  readonly operator: string
  readonly verdict: MutantVerdictName
}

export type MutantVerdictName =
  | 'not-compiled'
  | 'same-ir'
  | 'no-difference'
  | 'crash'
  | 'timeout'
  | 'undefined-behaviour'
  | 'nondeterministic'
  | 'float-gap'
  | 'different'
  /** Anything else a later engine may tell apart; the store takes every name. */
  | (string & {})

/** A group as it comes back from the store, with all that it is about. */
export interface StoredGroup {
  readonly group: GroupRecord
  readonly unit: Unit
  readonly source: Source
}
