/** Table `losers`: a group's losers with their edit; results on the witness lie in `executions`. */

import { applyMutant } from '../records/apply-mutant.ts'
import type { Loser, LoserClass } from '../records/group-record.ts'
import type { Level } from '../records/level.ts'
import type { Mutant } from '../records/mutant.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import type { Blobs } from './blobs.ts'
import type { Connection } from './connection.ts'
import type { Executions } from './executions.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { readLevel, readLoserClass } from './read-levels.ts'

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
    `INSERT INTO losers (group_key, ordinal, mutant_id, operator, edit_start, edit_end, original, replacement,
       line, code_blob, edited_winner, ir_blob, level, class, difficulty, nearest_winner, witness_input, message,
       line_distance, token_distance, shown_on, depth)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const load = db.prepare<Row>('SELECT * FROM losers WHERE group_key = ? ORDER BY ordinal')
  return {
    insert(groupKey, losers, unitCode) {
      losers.forEach((loser, ordinal) => {
        const { mutant } = loser
        const ownCode = loser.class === 'ast' && loser.code !== applyMutant(unitCode, mutant)
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
          ownCode ? blobs.save(loser.code) : null,
          loser.class === 'ast' ? null : loser.editedWinner,
          blobs.save(loser.ir),
          loser.level,
          loser.class,
          loser.difficulty,
          loser.nearestWinner,
          loser.class === 'malformed' ? null : loser.witness.inputIndex,
          loser.class === 'malformed' ? loser.message : null,
          loser.distance.lines,
          loser.distance.tokens,
          loser.class === 'malformed' ? null : loser.shownOn,
          loser.class === 'ast' ? loser.depth : null,
        )
        if (loser.class !== 'malformed')
          executions.insertLoser(groupKey, ordinal, loser.witness.inputIndex, loser.witness.mutant)
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
