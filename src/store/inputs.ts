/** Table `inputs`: the stored inputs of a group, in order. */
import type { Input } from '../execute/input.ts'
import type { Connection } from './connection.ts'
import { packText, unpackText } from './pack-text.ts'

export interface Inputs {
  insert(groupKey: number, inputs: readonly Input[]): void
  load(groupKey: number): Input[]
}

export function inputsTable(db: Connection): Inputs {
  const insert = db.prepare('INSERT INTO inputs (group_key, ordinal, packed) VALUES (?, ?, ?)')
  const load = db.prepare<{ packed: Uint8Array }>(
    'SELECT packed FROM inputs WHERE group_key = ? ORDER BY ordinal',
  )
  return {
    insert(groupKey, inputs) {
      inputs.forEach((input, ordinal) => {
        insert.run(groupKey, ordinal, packText(JSON.stringify(input)))
      })
    },
    load(groupKey) {
      return load.all(groupKey).map(({ packed }) => JSON.parse(unpackText(packed)) as Input)
    },
  }
}
