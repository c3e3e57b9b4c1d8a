/** Table `executions`: the original's result on every input, and each loser's on its witness. */
import type { ObservedResult } from '../records/observed-result.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

export interface PackedResult {
  readonly stdout: Uint8Array
  readonly exit: number
  readonly effects: Uint8Array
}

export const packResult = ({ stdout, exit, effects }: ObservedResult): PackedResult => ({
  stdout: packText(stdout),
  exit,
  effects: packText(effects),
})

export interface Executions {
  insertOriginal(groupKey: number, input: number, result: PackedResult): void
  insertLoser(groupKey: number, loser: number, input: number, result: PackedResult): void
  /** The original's results in the inputs' order. */
  loadOriginal(groupKey: number): ObservedResult[]
  loadLosers(groupKey: number): Map<number, ObservedResult>
}

interface Row extends PackedResult {
  readonly loser: number
}

const ORIGINAL = -1

export function executionsTable(db: Connection): Executions {
  const insert = db.prepare(
    'INSERT INTO executions (group_key, input, loser, stdout, exit, effects) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const original = db.prepare<Row>(
    `SELECT * FROM executions WHERE group_key = ? AND loser = ${ORIGINAL} ORDER BY input`,
  )
  const losers = db.prepare<Row>('SELECT * FROM executions WHERE group_key = ? AND loser >= 0')
  const save = (groupKey: number, input: number, loser: number, { stdout, exit, effects }: PackedResult) =>
    insert.run(groupKey, input, loser, stdout, exit, effects)
  return {
    insertOriginal(groupKey, input, result) {
      save(groupKey, input, ORIGINAL, result)
    },
    insertLoser(groupKey, loser, input, result) {
      save(groupKey, input, loser, result)
    },
    loadOriginal(groupKey) {
      return original.all(groupKey).map(result)
    },
    loadLosers(groupKey) {
      return new Map(losers.all(groupKey).map((row) => [row.loser, result(row)]))
    },
  }
}

function result({ stdout, exit, effects }: PackedResult): ObservedResult {
  return { stdout: unpackText(stdout), exit, effects: unpackText(effects) }
}
