/**
 * An input that is known to be good in, a similar one out: one or few numbers, characters, pointers or elements
 * changed. The shape of the memory stays, except that pointers to a structure's own kind may be cut.
 */

import { createRandom, type Random } from '../../base/random.ts'
import type { CallInput, Value } from '../../records/input.ts'
import { floatBits, floatValue } from '../bits.ts'
import { type CallPlan, isCharacter, type PlanType, typeAt } from '../call-plan.ts'

/** A place that holds a value that can be replaced. */
interface Slot {
  readonly type: PlanType
  /** Width in bits of an integer here. */
  readonly bits: number
  readonly value: Value
  set(value: Value): void
  /** The list of like elements that it is part of. */
  readonly siblings: Value[] | undefined
}

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

/** A swap of equals changes nothing: then once more. */
const TRIES = 8

/** @example mutateCall(plan, input, 7).args // [{p: ...}, {i: '4'}] where it was {i: '3'} */
export function mutateCall(
  plan: CallPlan,
  input: CallInput,
  seed: string | number,
  constants: readonly string[] = [],
): CallInput {
  const random = createRandom(seed)
  const before = JSON.stringify(input)
  const numbers = constants.filter((text) => /^-?\d+$/.test(text)).map(BigInt)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const copy = structuredClone(input) as Mutable<CallInput>
    const changes = random.pick([1, 1, 1, 2, 3])
    for (let change = 0; change < changes; change++) {
      const slots = findSlots(plan, copy)
      if (slots.length === 0) return input
      changeSlot(random.pick(slots), random, numbers)
    }
    if (JSON.stringify(copy) !== before) return copy as CallInput
  }
  return input
}

function findSlots(plan: CallPlan, input: Mutable<CallInput>): Slot[] {
  const slots: Slot[] = []

  function visit(
    key: number,
    value: Value,
    set: (value: Value) => void,
    siblings?: Value[],
    bits?: number | null,
  ): void {
    const type = typeAt(plan, key)
    if (type.kind === 'array') visitElements(type.element, value, set)
    else if (type.kind === 'struct' && 'a' in value) {
      const parts = value.a as Value[]
      parts.forEach((part, index) => {
        const member = type.members[index]!
        visit(
          member.type,
          part,
          (next) => {
            parts[index] = next
          },
          undefined,
          member.bits,
        )
      })
    } else if (type.kind === 'union') {
      if (type.first !== null) visit(type.first, value, set, siblings)
    } else if (type.kind !== 'opaque' && type.kind !== 'struct') {
      slots.push({ type, bits: bits ?? type.size * 8, value, set, siblings })
    }
  }

  function visitElements(key: number, value: Value, set: (value: Value) => void): void {
    const type = typeAt(plan, key)
    if ('s' in value && isCharacter(type)) {
      if (value.s !== '') slots.push({ type, bits: 8, value, set, siblings: undefined })
      return
    }
    if (!('a' in value)) return
    const parts = value.a as Value[]
    parts.forEach((part, index) => {
      visit(
        key,
        part,
        (next) => {
          parts[index] = next
        },
        parts,
      )
    })
  }

  plan.parameters.forEach(({ type }, index) => {
    visit(type, input.args[index]!, (next) => {
      input.args[index] = next as Mutable<Value>
    })
  })
  for (const { name, type } of plan.globals) {
    const value = input.globals[name]
    if (value !== undefined)
      visit(type, value, (next) => {
        input.globals[name] = next as Mutable<Value>
      })
  }
  for (const block of input.blocks)
    visitElements(block.type, block.value, (next) => {
      block.value = next as Mutable<Value>
    })
  return slots
}

function changeSlot(slot: Slot, random: Random, constants: readonly bigint[]): void {
  const { type, value, siblings } = slot
  if ('s' in value) {
    slot.set({ s: changeText(value.s, random) })
    return
  }
  if (siblings !== undefined && siblings.length > 1 && random.chance(0.25)) {
    const [a, b] = [random.int(0, siblings.length - 1), random.int(0, siblings.length - 1)]
    const kept = siblings[a]!
    siblings[a] = siblings[b]!
    if (random.chance(0.6)) siblings[b] = kept
    return
  }
  if ('p' in value) {
    if (random.chance(0.3)) slot.set({ p: null })
  } else if ('f' in value && type.kind === 'float') {
    slot.set({ f: floatBits(changeFloat(floatValue(value.f, type.format), random), type.format) })
  } else if ('i' in value) {
    slot.set({ i: changeInteger(slot, BigInt(value.i), random, constants) })
  }
}

function changeInteger(
  { type, bits }: Slot,
  value: bigint,
  random: Random,
  constants: readonly bigint[],
): string {
  if (type.kind === 'boolean') return value === 0n ? '1' : '0'
  if (type.kind === 'enum' && type.values.length > 0) return random.pick(type.values).value
  const top = 1n << BigInt(bits - 1)
  const changed = random.pick<() => bigint>([
    () => value + 1n,
    () => value + 1n,
    () => value - 1n,
    () => value - 1n,
    () => -value,
    () => 0n,
    () => value * 2n,
    () => value / 2n,
    () => value ^ (1n << BigInt(random.int(0, Math.min(bits, 16) - 1))),
    () => value + BigInt(random.int(-10, 10)),
    () => (constants.length > 0 ? random.pick(constants) + BigInt(random.int(-1, 1)) : value + 2n),
    () => (random.chance(0.3) ? random.pick([top - 1n, -top, top]) : BigInt(random.int(0, 127))),
  ])()
  const signed = type.kind === 'integer' && type.signed
  return String(signed ? BigInt.asIntN(bits, changed) : BigInt.asUintN(bits, changed))
}

function changeFloat(value: number, random: Random): number {
  return random.pick([
    () => value + 1,
    () => value - 1,
    () => -value,
    () => 0,
    () => value * 2,
    () => value / 2,
    () => value + 0.1,
    () => Math.round(value),
  ])()
}

function changeText(text: string, random: Random): string {
  const at = random.int(0, text.length - 1)
  const char = random.pick([text[random.int(0, text.length - 1)]!, ...'aZ05 -,'])
  return random.pick([
    () => text.slice(0, at) + char + text.slice(at + 1),
    () => text.slice(0, at) + char + text.slice(at + 1),
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(at) + text.slice(0, at),
    () => [...text].reverse().join(''),
  ])()
}
