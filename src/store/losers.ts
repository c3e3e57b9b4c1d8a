/** Table `losers`: a group's losers with their edit; results on the witness lie in `executions`. */
import type { Level } from '../compile/level.ts'
import type { Loser, LoserClass, ObservedResult } from '../group/group-record.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import type { Executions } from './executions.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'

export interface Losers {
  insert(groupKey: number, losers: readonly Loser[], unitCode: string): void
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
  ir_blob: number
  level: Level
  class: LoserClass
  difficulty: number
  nearest_winner: number
  witness_input: number
}

export function losersTable(db: Connection, blobs: Blobs, executions: Executions): Losers {
  const insert = db.prepare(
    `INSERT INTO losers (group_key, ordinal, mutant_id, operator, edit_start, edit_end, original, replacement,
       line, code_blob, ir_blob, level, class, difficulty, nearest_winner, witness_input)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const load = db.prepare<Row>('SELECT * FROM losers WHERE group_key = ? ORDER BY ordinal')
  return {
    insert(groupKey, losers, unitCode) {
      losers.forEach((loser, ordinal) => {
        const { mutant, witness } = loser
        const derivable = loser.code === editedCode(unitCode, mutant)
        insert.run(
          groupKey,
          ordinal,
          idToBytes(mutant.id),
          mutant.operator,
          mutant.start,
          mutant.end,
          mutant.original,
          mutant.replacement,
          mutant.line,
          derivable ? null : blobs.save(loser.code),
          blobs.save(loser.ir),
          loser.level,
          loser.class,
          loser.difficulty,
          loser.nearestWinner,
          witness.inputIndex,
        )
        executions.insertLoser(groupKey, ordinal, witness.inputIndex, witness.mutant)
      })
    },
    load(groupKey, unitCode, expected) {
      const results = executions.loadLosers(groupKey)
      return load.all(groupKey).map((row) => {
        const mutant = {
          id: idFromBytes(row.mutant_id),
          operator: row.operator,
          start: row.edit_start,
          end: row.edit_end,
          original: row.original,
          replacement: row.replacement,
          line: row.line,
        }
        return {
          mutant,
          code: row.code_blob === null ? editedCode(unitCode, mutant) : blobs.load(row.code_blob),
          ir: blobs.load(row.ir_blob),
          level: row.level,
          class: row.class,
          difficulty: row.difficulty,
          nearestWinner: row.nearest_winner,
          witness: {
            inputIndex: row.witness_input,
            original: expected[row.witness_input]!,
            mutant: results.get(row.ordinal)!,
          },
        }
      })
    },
  }
}

function editedCode(
  code: string,
  edit: { readonly start: number; readonly end: number; readonly replacement: string },
): string {
  return code.slice(0, edit.start) + edit.replacement + code.slice(edit.end)
}
