import type { StoredGroup } from './group-record.ts'

/** The C that a group is about: the unit's, or that of one of its mutants. It is what a model is given as the prompt. */
export const groupCode = ({
  group,
  unit,
}: {
  readonly group: Pick<StoredGroup['group'], 'subject'>
  readonly unit: Pick<StoredGroup['unit'], 'code'>
}): string => group.subject?.code ?? unit.code
