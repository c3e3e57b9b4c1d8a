/** Types of parameters, members or globals in, what their fields can be to each other out: see field-roles.ts. */
import { type CallPlan, type PlanType, typeAt } from '../call-plan.ts'
import type { FieldRole, NamedField } from './field-roles.ts'

/** Elements that there is usually room for. */
export const USUAL_ROOM = 32

export function shapeOf(plan: CallPlan, type: PlanType): NamedField['shape'] {
  if (type.kind === 'integer' && !type.character) return 'integer'
  if (type.kind === 'array') return 'data'
  if (type.kind !== 'pointer') return 'other'
  const target = typeAt(plan, type.to)
  if (pointsToStructure(plan, target)) return 'other'
  if (target.kind !== 'struct') return 'data'
  // A cell of a list or tree stands alone.
  return target.members.some((member) => pointsTo(plan, member.type, type.to)) ? 'other' : 'records'
}

/** A pointer to one is most likely for changing it (`struct node **head`), and it points to one structure. */
export const pointsToStructure = (plan: CallPlan, type: PlanType): boolean =>
  type.kind === 'pointer' && typeAt(plan, type.to).kind === 'struct'

export function pointsTo(plan: CallPlan, key: number, target: number): boolean {
  const type = typeAt(plan, key)
  return type.kind === 'pointer' && type.to === target
}

/**
 * How many elements a length may count: the smallest array of fixed size that it belongs to.
 *
 * @param length position of the field; undefined for a length that no field holds
 */
export function roomFor(
  length: number | undefined,
  roles: readonly FieldRole[],
  types: readonly PlanType[],
): number {
  const arrays = types.filter((type, at) => {
    const role = roles[at]!
    return type.kind === 'array' && role.kind === 'data' && (role.length === length || length === undefined)
  })
  return Math.min(USUAL_ROOM, ...arrays.map((type) => (type.kind === 'array' ? type.count : USUAL_ROOM)))
}
