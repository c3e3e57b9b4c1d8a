/** A verdict on an answer of the model's own in, what the answer is in its group out. Pure. */
import type { IrVerdict } from '../../records/ir-verdict.ts'
import type { OwnRole } from '../../records/own-answer.ts'
import type { GroupConfig } from '../config/train-config.ts'

export interface RoleOptions {
  /** Of the losers that groups have. */
  readonly classes: GroupConfig['data']['classes']
  /** Kinds that are losers besides. */
  readonly losers: readonly string[]
}

/**
 * Equal answers are winners. Losers are those that differ clearly, as every loser of a group must, and malformed ones where
 * groups have such; what may differ by rounding alone is neither.
 */
export function ownRole(verdict: IrVerdict, { classes, losers }: RoleOptions): OwnRole {
  switch (verdict.kind) {
    case 'equal':
      return 'winner'
    case 'differs':
      return verdict.witness.isClear ? 'loser' : 'none'
    case 'malformed':
      return classes.includes('malformed') ? 'loser' : 'none'
    default:
      return losers.includes(verdict.kind) ? 'loser' : 'none'
  }
}
