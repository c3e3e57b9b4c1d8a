/** A group and its unit in, why the record cannot be true out: the database keeps none that contradicts itself. */
import { createHash } from 'node:crypto'
import { groupId } from '../records/group-id.ts'
import type { GroupRecord, StoredGroup } from '../records/group-record.ts'
import { sameResult } from '../records/observed-result.ts'
import type { Unit } from '../records/unit.ts'

/** Undefined where there is none. */
export function findContradiction(unit: Unit, group: GroupRecord): string | undefined {
  if (group.id !== groupId(unit.id, group)) return 'its id does not fit its contents'
  return findFalseEvidence(group)
}

function findFalseEvidence(group: GroupRecord): string | undefined {
  if (group.inputs.length !== group.expected.length) return 'inputs and expected results differ in number'
  for (const [index, loser] of group.losers.entries()) {
    if (loser.class !== 'ast' && group.winners[loser.editedWinner] === undefined)
      return `loser ${index} is an edit of no stored winner`
    if (loser.class === 'malformed') continue
    const { witness, mutant } = loser
    const expected = group.expected[witness.inputIndex]
    if (expected === undefined) return `loser ${index} has its witness on no stored input`
    if (!sameResult(expected, witness.original))
      return `loser ${index}: its witness belies the original's result`
    if (sameResult(expected, witness.mutant))
      return `loser ${index} (${mutant.operator}): its witness shows no difference`
  }
  return undefined
}

/** What contradicts itself in a stored group: an id or a text that does not fit. Empty for an intact one. */
export function findContentProblems({ group, unit, source }: StoredGroup): string[] {
  const problems: string[] = []
  const id = groupId(unit.id, group)
  if (id !== group.id) problems.push(`the group's contents hash to ${id}`)
  if (createHash('sha256').update(source.text, 'utf8').digest('hex') !== source.id)
    problems.push("the source's text does not hash to its id")
  const falseEvidence = id === group.id ? findFalseEvidence(group) : undefined
  if (falseEvidence !== undefined) problems.push(falseEvidence)
  return problems
}
