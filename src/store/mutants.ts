/** Table `mutants`: every mutant tried for a group, with its verdict. */
import type { MutantVerdict } from '../records/group-record.ts'
import type { Connection } from './connection.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'

export interface Mutants {
  insert(groupKey: number, verdicts: readonly MutantVerdict[]): void
  load(groupKey: number): MutantVerdict[]
}

export function mutantsTable(db: Connection): Mutants {
  const insert = db.prepare(
    'INSERT INTO mutants (group_key, ordinal, id, operator, verdict) VALUES (?, ?, ?, ?, ?)',
  )
  const load = db.prepare<{ id: Uint8Array; operator: string; verdict: string }>(
    'SELECT id, operator, verdict FROM mutants WHERE group_key = ? ORDER BY ordinal',
  )
  return {
    insert(groupKey, verdicts) {
      verdicts.forEach(({ mutantId, operator, verdict }, ordinal) => {
        insert.run(groupKey, ordinal, idToBytes(mutantId), operator, verdict)
      })
    },
    load(groupKey) {
      return load
        .all(groupKey)
        .map(({ id, operator, verdict }) => ({ mutantId: idFromBytes(id), operator, verdict }))
    },
  }
}
