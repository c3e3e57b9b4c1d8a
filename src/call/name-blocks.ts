/** A call's plan and input in, for each block the C pointer expression by which the function reaches it out. */
import type { CallInput, Value } from '../records/input.ts'
import { type CallPlan, isCharacter, typeAt } from './call-plan.ts'
import { elementsOf } from './encode-call.ts'
import { dereferenced, elementOf, indexOf, type LValue, memberOf, named } from './lvalue.ts'

/** A global as an expression; `::` marks one that a parameter hides. */
export function globalName(plan: CallPlan, name: string): string {
  return plan.parameters.some((parameter) => parameter.name === name) ? `::${name}` : name
}

/**
 * The first expression found by breadth, parameters before globals: short, and the same for every run on the input.
 * A block that nothing points to at its start is called `block3`.
 */
export function nameBlocks(plan: CallPlan, input: CallInput): readonly string[] {
  const names = new Map<number, string>()
  const queue: { key: number; value: Value; place: LValue }[] = []

  function visit(key: number, value: Value, place: LValue): void {
    const type = typeAt(plan, key)
    switch (type.kind) {
      case 'pointer':
        if (!('p' in value) || value.p === null || value.p.offset !== 0 || names.has(value.p.block)) return
        names.set(value.p.block, place.text)
        queue.push({ key: value.p.block, value, place })
        return
      case 'array':
        if (isCharacter(typeAt(plan, type.element))) return
        elementsOf(value, false).forEach((element, index) => {
          visit(type.element, element, indexOf(place, index))
        })
        return
      case 'struct':
        elementsOf(value, false).forEach((element, index) => {
          const member = type.members[index]!
          visit(member.type, element, memberOf(place, member.name))
        })
        return
      case 'union':
        if (type.first !== null) visit(type.first, value, place)
        return
      default:
        return
    }
  }

  plan.parameters.forEach(({ name, type }, index) => {
    visit(type, input.args[index]!, named(name))
  })
  for (const { name, type } of plan.globals) {
    const value = input.globals[name]
    if (value !== undefined) visit(type, value, named(globalName(plan, name)))
  }
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const block = input.blocks[next.key]!
    const pointer = names.get(next.key)!
    if (isCharacter(typeAt(plan, block.type))) continue
    elementsOf(block.value, false).forEach((element, index) => {
      visit(block.type, element, block.count === 1 ? dereferenced(pointer) : elementOf(pointer, index))
    })
  }
  return input.blocks.map((_, index) => names.get(index) ?? `block${index}`)
}
