/** Table `inputs`: the stored inputs of a group, in order; a function's with its call as C text where it is known. */
import type { Input } from '../records/input.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

export interface PackedInput {
  readonly packed: Uint8Array
  readonly callText: string | null
}

export const packInputs = (inputs: readonly Input[], callTexts?: readonly string[]): PackedInput[] =>
  inputs.map((input, ordinal) => ({
    packed: packText(JSON.stringify(input)),
    callText: callTexts?.[ordinal] ?? null,
  }))

export interface Inputs {
  insert(groupKey: number, inputs: readonly PackedInput[]): void
  /** `callTexts` is there when every input has one. */
  load(groupKey: number): { inputs: Input[]; callTexts?: string[] }
}

export function inputsTable(db: Connection): Inputs {
  const insert = db.prepare('INSERT INTO inputs (group_key, ordinal, packed, call_text) VALUES (?, ?, ?, ?)')
  const load = db.prepare<{ packed: Uint8Array; call_text: string | null }>(
    'SELECT packed, call_text FROM inputs WHERE group_key = ? ORDER BY ordinal',
  )
  return {
    insert(groupKey, inputs) {
      inputs.forEach(({ packed, callText }, ordinal) => {
        insert.run(groupKey, ordinal, packed, callText)
      })
    },
    load(groupKey) {
      const rows = load.all(groupKey)
      const inputs = rows.map(({ packed }) => JSON.parse(unpackText(packed)) as Input)
      const callTexts = rows.flatMap(({ call_text }) => call_text ?? [])
      return callTexts.length === inputs.length && inputs.length > 0 ? { inputs, callTexts } : { inputs }
    },
  }
}
