/**
 * A group's contents in, its id out. The id covers whatever a label rests on: the unit, the inputs, the results
 * on them, the winners, the losers with their classes and witnesses or messages. It leaves out what may change without touching a label:
 * the split, the coverage figures, the verdicts on mutants that are in no group, and all timings.
 */
import { createHash } from 'node:crypto'
import type { GroupRecord, Witness } from './group-record.ts'

/**
 * The content hash of a group: the same contents give the same id on every machine and in every order of work.
 *
 * @example
 * const group = { ...contents, id: groupId(unit.id, contents) }
 */
export function groupId(unitId: string, group: Omit<GroupRecord, 'id'>): string {
  const contents = {
    unit: unitId,
    ...(group.subject && { centre: group.subject.mutant.id, code: sha256(group.subject.code) }),
    inputs: group.inputs,
    expected: group.expected.map(({ stdout, exit, effects }) => ({ stdout, exit, effects })),
    winners: group.winners.map(({ ir, levels, chosen }) => ({ ir: sha256(ir), levels, chosen })),
    losers: group.losers.map((loser) => ({
      mutant: loser.mutant.id,
      ir: sha256(loser.ir),
      level: loser.level,
      class: loser.class,
      ...(loser.class === 'ast' ? { code: sha256(loser.code) } : { editedWinner: loser.editedWinner }),
      ...(loser.class === 'malformed' ? { message: loser.message } : witnessed(loser.witness)),
    })),
  }
  return sha256(canonicalJson(contents))
}

const witnessed = ({ inputIndex, mutant: { stdout, exit, effects } }: Witness) => ({
  inputIndex,
  result: { stdout, exit, effects },
})

/** JSON with sorted keys, so that the order in which a record was put together does not matter. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : item,
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
