/**
 * A database in, what answers to its groups are judged by out: the unit, the inputs with its results, and the winners.
 * Losers, mutants and pools, which are most of a group, are not read. A group at a time.
 */

import { groupCode } from '../records/group-code.ts'
import type { GroupRecord, StoredGroup } from '../records/group-record.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import { withDamageExplained } from './explain-damage.ts'
import { idFromBytes } from './hex-id.ts'
import { openForReading } from './open-database.ts'
import { openTables } from './tables.ts'

export interface EvidenceRows {
  readonly path: string
  /** Ids of a split's groups, ascending. */
  groupIds(split: Split): string[]
  /** @param id of a group that is there */
  group(id: string): GroupEvidence
  /** The unit alone, and the C that the group is about. */
  code(id: string): { readonly unit: Unit; readonly code: string }
  close(): void
}

export interface GroupEvidence extends Pick<StoredGroup, 'unit'> {
  readonly group: Pick<GroupRecord, 'id' | 'subject' | 'inputs' | 'expected' | 'winners'>
}

/** @throws UserError where the file is missing, foreign, newer or damaged */
export function openEvidenceRows(path: string): EvidenceRows {
  const { connection: db, close } = openForReading(path)
  const { groups, units } = openTables(db)
  const ids = db.prepare<{ id: Uint8Array }>('SELECT id FROM groups WHERE split = ? ORDER BY id')
  const find = (id: string) => {
    const row = groups.find(id)
    if (row === undefined) throw new Error(`${path} has no group ${id}`)
    return row
  }
  const rows: EvidenceRows = {
    path,
    groupIds: (split) => ids.all(split).map(({ id }) => idFromBytes(id)),
    group(id) {
      const row = find(id)
      return { group: groups.loadEvidence(row), unit: units.load(row.unit_key).unit }
    },
    code(id) {
      const row = find(id)
      const { unit } = units.load(row.unit_key)
      return { unit, code: groupCode({ group: groups.loadSubject(row), unit }) }
    },
    close,
  }
  return withDamageExplained(path, rows, ['groupIds', 'group', 'code'])
}
