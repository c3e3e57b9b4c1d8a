/** A stored group in, its record as `export --format jsonl` gives it out. The names of its fields are a contract. */
import type { Level } from '../compile/level.ts'
import type { LoserClass, Split, StoredGroup } from '../group/group-record.ts'
import { promptOf } from './prompt-template.ts'
import { type WitnessRecord, witnessRecord } from './witness-record.ts'

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
  readonly difficulty: number
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
    prompt: promptOf(unit),
    winners: group.winners.filter(({ chosen }) => chosen).map(({ ir, levels }) => ({ ir, levels })),
    losers: group.losers.map((loser) => ({
      ir: loser.ir,
      level: loser.level,
      class: loser.class,
      operator: loser.mutant.operator,
      difficulty: loser.difficulty,
      ...(loser.class === 'malformed'
        ? { witness: null, message: loser.message }
        : { witness: witnessRecord(loser.witness, group) }),
    })),
  }
}
