import type { IrVerdict } from './ir-verdict.ts'
import type { Level } from './level.ts'
import type { Unit } from './unit.ts'

/** What an answer of the model's own is in its group: one to learn, one to leave, or neither. */
export type OwnRole = 'winner' | 'loser' | 'none'

/** An answer that a model wrote while it was trained, with the judge's verdict: a mistake comes with its proof. */
export interface OwnAnswer {
  /** Optimiser steps done when it was drawn. */
  readonly step: number
  /** Which of the answers of that step to its prompt, from 0. */
  readonly sample: number
  readonly group: string
  /** What the prompt asked for; null where it names no level. */
  readonly level: Level | null
  readonly unit: Pick<Unit, 'id' | 'kind' | 'name'>
  /** The C code. */
  readonly prompt: string
  /** As the model wrote it, without the token that ended it. */
  readonly answer: string
  readonly role: OwnRole
  readonly verdict: IrVerdict
}

/** With what a step learns from it by. */
export interface DrawnOwnAnswer extends OwnAnswer {
  /** Of the answer, with the one that ended it, as they were drawn. */
  readonly ids: Int32Array
  /** log pi_ref, summed over them; null where no reference is taken. */
  readonly reference: number | null
}
