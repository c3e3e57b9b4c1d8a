/**
 * An address inside an object whose type is known in, the C expression for it out. Several expressions may fit; the
 * one whose type is the pointer's own comes first.
 */
import { type CallPlan, isScalar, type Member, typeAt } from '../call-plan.ts'
import { addressOf, dereferenced, elementOf, indexOf, type LValue, memberOf, named } from '../lvalue.ts'
import { globalName } from '../name-blocks.ts'

/** An object that holds `count` elements of one type, all of them behind a pointer expression. */
export interface Elements {
  readonly pointer: string
  readonly type: number
  readonly count: number
}

/** @param pointee key of the type that the pointer says it points to */
export function addressInElements(
  plan: CallPlan,
  { pointer, type, count }: Elements,
  offset: number,
  pointee: number,
): string {
  if (offset === 0) return pointer
  const { size } = typeAt(plan, type)
  if (size === 0) return `(char *)${pointer} + ${offset}`
  const index = Math.floor(offset / size)
  const place = count === 1 && index === 0 ? dereferenced(pointer) : elementOf(pointer, index)
  return addressInPlace(plan, type, offset % size, place, pointee)
}

/** @param index of the global in the plan */
export function addressInGlobal(plan: CallPlan, index: number, offset: number, pointee: number): string {
  const { name, type: key } = plan.globals[index]!
  const type = typeAt(plan, key)
  const place = named(globalName(plan, name))
  if (offset === 0) return type.kind === 'array' ? place.text : `&${place.text}`
  if (offset < type.size) return addressInPlace(plan, key, offset, place, pointee)
  return type.kind === 'array' ? `&${indexOf(place, type.count).text}` : `&${place.text} + 1`
}

/** The address of the outermost part at an offset that has the type pointed to, or of the innermost one. */
function addressInPlace(plan: CallPlan, key: number, offset: number, place: LValue, pointee: number): string {
  const type = typeAt(plan, key)
  if (offset === 0 && (key === pointee || isScalar(type))) return addressOf(place)
  if (type.kind === 'array' && type.size > 0) {
    const { size } = typeAt(plan, type.element)
    const element = indexOf(place, Math.floor(offset / size))
    return addressInPlace(plan, type.element, offset % size, element, pointee)
  }
  if (type.kind === 'struct') {
    const part = endOfArray(plan, type.members, offset, pointee) ?? memberAround(plan, type.members, offset)
    if (part !== undefined) {
      const { member, inside } = part
      const target = memberOf(place, member.name)
      const inner = typeAt(plan, member.type)
      if (inner.kind === 'array' && inside === inner.size) return `&${indexOf(target, inner.count).text}`
      return addressInPlace(plan, member.type, inside, target, pointee)
    }
  }
  return offset === 0 ? addressOf(place) : `(char *)${addressOf(place)} + ${offset}`
}

interface Part {
  readonly member: Member
  /** Bytes from the start of the member. */
  readonly inside: number
}

function memberAround(plan: CallPlan, members: readonly Member[], offset: number): Part | undefined {
  const member = members.find(({ bits, bitOffset, type }) => {
    const inside = offset - bitOffset / 8
    return bits === null && inside >= 0 && inside < typeAt(plan, type).size
  })
  return member && { member, inside: offset - member.bitOffset / 8 }
}

/** What looks like the address of the next member is the end of an array when the pointer is one to its elements. */
function endOfArray(
  plan: CallPlan,
  members: readonly Member[],
  offset: number,
  pointee: number,
): Part | undefined {
  const around = memberAround(plan, members, offset)?.member.type
  const member = members.find(({ bitOffset, type: key }) => {
    const type = typeAt(plan, key)
    return (
      type.kind === 'array' &&
      type.element === pointee &&
      offset === bitOffset / 8 + type.size &&
      around !== pointee
    )
  })
  return member && { member, inside: offset - member.bitOffset / 8 }
}
