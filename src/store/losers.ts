/** Table `losers`: a group's losers with their edit; results on the witness lie in `executions`. */

import { applyMutant } from '../records/apply-mutant.ts'
import type { Loser, LoserClass } from '../records/group-record.ts'
import type { Level } from '../records/level.ts'
import type { Mutant } from '../records/mutant.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import { type Blobs, type PackedBlob, packBlob } from './blobs.ts'
import type { Bindable, Connection } from './connection.ts'
import { type Executions, type PackedResult, packResult } from './executions.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { readLevel, readLoserClass } from './read-levels.ts'

export interface PackedLoser {
  /** Where it is not the unit's code with the edit. */
  readonly code: PackedBlob | undefined
  readonly ir: PackedBlob
  /** As {@link COLUMNS} has them. */
  readonly values: readonly Bindable[]
  /** What it gives on its witness. */
  readonly shown: { readonly input: number; readonly result: PackedResult } | undefined
}

const COLUMNS = [
  ...[
    'mutant_id',
    'operator',
    'edit_start',
    'edit_end',
    'original',
    'replacement',
    'line',
    'edited_winner',
    'level',
  ],
  ...['class', 'difficulty', 'nearest_winner', 'witness_input', 'message', 'line_distance', 'token_distance'],
  ...['shown_on', 'depth'],
]

export function packLoser(loser: Loser, unitCode: string): PackedLoser {
  const { mutant, distance } = loser
  const isMalformed = loser.class === 'malformed'
  const hasOwnCode = loser.class === 'ast' && loser.code !== applyMutant(unitCode, mutant)
  return {
    code: hasOwnCode ? packBlob(loser.code) : undefined,
    ir: packBlob(loser.ir),
    values: [
      idToBytes(mutant.id),
      mutant.operator,
      mutant.start,
      mutant.end,
      mutant.original,
      mutant.replacement,
      mutant.line,
      loser.class === 'ast' ? null : loser.editedWinner,
      loser.level,
      loser.class,
      loser.difficulty,
      loser.nearestWinner,
      isMalformed ? null : loser.witness.inputIndex,
      isMalformed ? loser.message : null,
      distance.lines,
      distance.tokens,
      isMalformed ? null : loser.shownOn,
      loser.class === 'ast' ? loser.depth : null,
    ],
    shown: isMalformed
      ? undefined
      : { input: loser.witness.inputIndex, result: packResult(loser.witness.mutant) },
  }
}

export interface Losers {
  insert(groupKey: number, losers: readonly PackedLoser[]): void
  /** `expected`: the original's results, which witnesses refer to. */
  load(groupKey: number, unitCode: string, expected: readonly ObservedResult[]): Loser[]
}

interface Row {
  ordinal: number
  mutant_id: Uint8Array
  operator: string
  edit_start: number
  edit_end: number
  original: string
  replacement: string
  line: number
  code_blob: number | null
  edited_winner: number | null
  ir_blob: number
  level: Level
  class: LoserClass
  difficulty: number
  nearest_winner: number
  witness_input: number | null
  message: string | null
  line_distance: number
  token_distance: number | null
  shown_on: number | null
  depth: number | null
}

export function losersTable(db: Connection, blobs: Blobs, executions: Executions): Losers {
  const insert = db.prepare(
    `INSERT INTO losers (group_key, ordinal, code_blob, ir_blob, ${COLUMNS.join(', ')})
     VALUES (?, ?, ?, ?${', ?'.repeat(COLUMNS.length)})`,
  )
  const load = db.prepare<Row>('SELECT * FROM losers WHERE group_key = ? ORDER BY ordinal')
  return {
    insert(groupKey, losers) {
      losers.forEach(({ code, ir, values, shown }, ordinal) => {
        const codeKey = code === undefined ? null : blobs.savePacked(code)
        insert.run(groupKey, ordinal, codeKey, blobs.savePacked(ir), ...values)
        if (shown) executions.insertLoser(groupKey, ordinal, shown.input, shown.result)
      })
    },
    load(groupKey, unitCode, expected) {
      const results = executions.loadLosers(groupKey)
      return load.all(groupKey).map((row): Loser => {
        const mutant = mutantOf(row)
        const common = {
          mutant,
          ir: blobs.load(row.ir_blob),
          level: readLevel(row.level),
          difficulty: row.difficulty,
          nearestWinner: row.nearest_winner,
          distance: { lines: row.line_distance, tokens: row.token_distance },
        }
        // The table's checks say which columns a class has.
        const loserClass = readLoserClass(row.class)
        if (loserClass === 'malformed')
          return { ...common, class: 'malformed', editedWinner: row.edited_winner!, message: row.message! }
        const witness = {
          inputIndex: row.witness_input!,
          original: expected[row.witness_input!]!,
          mutant: results.get(row.ordinal)!,
        }
        const shownOn = row.shown_on
        if (loserClass === 'ir')
          return { ...common, class: 'ir', editedWinner: row.edited_winner!, witness, shownOn }
        const code = row.code_blob === null ? applyMutant(unitCode, mutant) : blobs.load(row.code_blob)
        return { ...common, class: 'ast', code, depth: row.depth, witness, shownOn }
      })
    },
  }
}

const mutantOf = (row: Row): Mutant => ({
  id: idFromBytes(row.mutant_id),
  operator: row.operator,
  start: row.edit_start,
  end: row.edit_end,
  original: row.original,
  replacement: row.replacement,
  line: row.line,
})
