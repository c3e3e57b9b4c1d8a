/**
 * Rows of groups in, each group once for every level out: for prompts that ask for a level. Winners are the text that the
 * level gives, losers those made at it. What a level is not known of belongs to none.
 */
import type { Level } from '../../records/level.ts'
import type { TrainingRows } from '../../store/training-rows.ts'

export function rowsByLevel(rows: TrainingRows, levels: readonly Level[]): TrainingRows {
  return {
    ...rows,
    groupIds: (split) =>
      rows
        .groupIds(split)
        .flatMap((id) => levels.map((level) => atLevel(id, level)))
        .sort(),
    group(id) {
      const { groupId, level } = readAtLevel(id)
      const { code, winners, losers } = rows.group(groupId)
      return {
        id,
        code,
        ...(level !== null && { level }),
        winners: winners.filter((winner) => level !== null && winner.levels?.includes(level)),
        losers: losers.filter((loser) => loser.level === level),
      }
    },
  }
}

/** @example atLevel('3fa9c1', 'O2') // '3fa9c1 O2' */
export const atLevel = (groupId: string, level: Level): string => `${groupId} ${level}`

/** The level is null for a group's own id. */
export function readAtLevel(id: string): { readonly groupId: string; readonly level: Level | null } {
  const [groupId, level] = id.split(' ')
  return { groupId: groupId!, level: (level as Level | undefined) ?? null }
}
