/** A stored group in, its record as `export --format jsonl` gives it out. The names of its fields are a contract. */

import { groupCode } from '../records/group-code.ts'
import type { Loser, LoserClass, StoredGroup } from '../records/group-record.ts'
import type { Level } from '../records/level.ts'
import { promptOf } from '../records/prompt-template.ts'
import type { Split } from '../records/split.ts'
import { type WitnessRecord, witnessRecord } from '../records/witness-record.ts'

export interface GroupLine {
  readonly id: string
  readonly split: Split
  readonly unit: { readonly kind: 'program' | 'function'; readonly name: string }
  readonly source: {
    readonly dataset: string
    readonly split: string
    readonly row: string
    readonly license: string
    readonly sha256: string
  }
  readonly prompt: string
  readonly winners: readonly { readonly ir: string; readonly levels: readonly Level[] }[]
  readonly losers: readonly LoserRecord[]
}

export type LoserRecord = {
  readonly ir: string
  readonly level: Level
  readonly class: LoserClass
  readonly operator: string
  /** Larger is harder. */
  readonly difficulty: number
  /** Edit distances to the nearest winner over the longer text's length. */
  readonly distance: Loser['distance']
  /** Share of the group's inputs that show the difference; null where there is none to run. */
  readonly shown: number | null
  /** Of the edit in the C syntax tree; null for edits of IR. */
  readonly depth: number | null
} & (
  | { readonly witness: WitnessRecord }
  /** Of the class `malformed`: what the assembler says. */
  | { readonly witness: null; readonly message: string }
)

/** Members of the group alone: winners that the unit has beyond those stay in the database. */
export function groupLine({ group, unit, source }: StoredGroup): GroupLine {
  return {
    id: group.id,
    split: group.split,
    unit: { kind: unit.kind, name: unit.name },
    source: {
      dataset: source.dataset,
      split: source.split,
      row: source.row,
      license: source.license,
      sha256: source.id,
    },
    prompt: promptOf({ code: groupCode({ group, unit }) }),
    winners: group.winners.filter(({ chosen }) => chosen).map(({ ir, levels }) => ({ ir, levels })),
    losers: group.losers.map((loser) => ({
      ir: loser.ir,
      level: loser.level,
      class: loser.class,
      operator: loser.mutant.operator,
      difficulty: loser.difficulty,
      distance: loser.distance,
      shown:
        loser.class === 'malformed' || loser.shownOn === null ? null : loser.shownOn / group.inputs.length,
      depth: loser.class === 'ast' ? loser.depth : null,
      ...(loser.class === 'malformed'
        ? { witness: null, message: loser.message }
        : { witness: witnessRecord(loser.witness, group) }),
    })),
  }
}
