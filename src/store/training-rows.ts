/**
 * A database in, what training reads of its groups out: the unit's code and the members, without inputs, results and
 * mutants. A group at a time, so that databases may be larger than memory.
 */

import type { LoserClass } from '../records/group-record.ts'
import type { Level } from '../records/level.ts'
import type { Split } from '../records/split.ts'
import { blobsTable } from './blobs.ts'
import { withDamageExplained } from './explain-damage.ts'
import { idFromBytes, idToBytes } from './hex-id.ts'
import { openForReading } from './open-database.ts'
import { readLevel, readLoserClass } from './read-levels.ts'
import { winnersTable } from './winners.ts'

export interface TrainingRows {
  readonly path: string
  /** Where ids are not hashes of what they stand for: what tells this content from any other. */
  readonly fingerprint?: string
  /** Ids of a split's groups, ascending, so that they do not depend on how the groups were built. */
  groupIds(split: Split): string[]
  /** @param id of a group that is there */
  group(id: string): TrainingGroup
  close(): void
}

export interface TrainingGroup {
  readonly id: string
  /** The C code that it is about, or the prompt that it came with. */
  readonly code: string
  /** The one that the prompt asks for; absent where it asks for none. */
  readonly level?: Level
  /** Members of the group only. Levels and classes are null where they are not known. */
  readonly winners: readonly { readonly ir: string; readonly levels: readonly Level[] | null }[]
  readonly losers: readonly {
    readonly ir: string
    readonly level: Level | null
    readonly class: LoserClass | null
    readonly operator: string
  }[]
}

/** @throws UserError where the file is missing, foreign, newer or damaged */
export function openTrainingRows(path: string): TrainingRows {
  const { connection: db, close } = openForReading(path)
  const blobs = blobsTable(db)
  const ids = db.prepare<{ id: Uint8Array }>('SELECT id FROM groups WHERE split = ? ORDER BY id')
  const head = db.prepare<{ key: number; code_blob: number }>(
    `SELECT groups.key, coalesce(groups.centre_blob, units.code_blob) AS code_blob FROM groups JOIN units ON units.key = groups.unit_key WHERE groups.id = ?`,
  )
  const winners = winnersTable(db, blobs)
  const losers = db.prepare<{ ir_blob: number; level: Level; class: LoserClass; operator: string }>(
    'SELECT ir_blob, level, class, operator FROM losers WHERE group_key = ? ORDER BY ordinal',
  )
  const rows: TrainingRows = {
    path,
    groupIds: (split) => ids.all(split).map(({ id }) => idFromBytes(id)),
    group(id) {
      const row = head.get(idToBytes(id))
      if (row === undefined) throw new Error(`${path} has no group ${id}`)
      return {
        id,
        code: blobs.load(row.code_blob),
        winners: winners.loadChosen(row.key),
        losers: losers.all(row.key).map(({ ir_blob, level, class: loserClass, ...loser }) => ({
          ...loser,
          level: readLevel(level),
          class: readLoserClass(loserClass),
          ir: blobs.load(ir_blob),
        })),
      }
    },
    close,
  }
  return withDamageExplained(path, rows, ['groupIds', 'group'])
}
