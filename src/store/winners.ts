/** Table `winners`: all distinct winners of a group's unit, its members marked. */

import type { Winner } from '../records/group-record.ts'
import { type Blobs, type PackedBlob, packBlob } from './blobs.ts'
import type { Connection } from './connection.ts'
import { readLevels } from './read-levels.ts'

export interface PackedWinner {
  readonly ir: PackedBlob
  readonly levels: string
  readonly chosen: boolean
}

export const packWinner = ({ ir, levels, chosen }: Winner): PackedWinner => ({
  ir: packBlob(ir),
  levels: JSON.stringify(levels),
  chosen,
})

export interface Winners {
  insert(groupKey: number, winners: readonly PackedWinner[]): void
  load(groupKey: number): Winner[]
  /** The group's members alone, in their order. */
  loadChosen(groupKey: number): Omit<Winner, 'chosen'>[]
}

export function winnersTable(db: Connection, blobs: Blobs): Winners {
  const insert = db.prepare(
    'INSERT INTO winners (group_key, ordinal, ir_blob, levels, chosen) VALUES (?, ?, ?, ?, ?)',
  )
  const load = db.prepare<{ ir_blob: number; levels: string; chosen: number }>(
    'SELECT ir_blob, levels, chosen FROM winners WHERE group_key = ? ORDER BY ordinal',
  )
  const loadChosen = db.prepare<{ ir_blob: number; levels: string }>(
    'SELECT ir_blob, levels FROM winners WHERE group_key = ? AND chosen = 1 ORDER BY ordinal',
  )
  return {
    insert(groupKey, winners) {
      winners.forEach(({ ir, levels, chosen }, ordinal) => {
        insert.run(groupKey, ordinal, blobs.savePacked(ir), levels, chosen ? 1 : 0)
      })
    },
    load(groupKey) {
      return load.all(groupKey).map(({ ir_blob, levels, chosen }) => ({
        ir: blobs.load(ir_blob),
        levels: readLevels(levels),
        chosen: chosen === 1,
      }))
    },
    loadChosen(groupKey) {
      return loadChosen.all(groupKey).map(({ ir_blob, levels }) => ({
        ir: blobs.load(ir_blob),
        levels: readLevels(levels),
      }))
    },
  }
}
