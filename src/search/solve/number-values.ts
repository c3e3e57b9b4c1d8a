/** Numbers wanted in places of an input in, the nearest that the places can hold out, and the input that has them. */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import { type NumberSlot, slotsOf } from '../input-slots.ts'

/** The least and the greatest value. */
export function rangeOf({ bits, signed }: NumberSlot): readonly [bigint, bigint] {
  const top = 1n << BigInt(signed ? bits - 1 : bits)
  return [signed ? -top : 0n, top - 1n]
}

export function clamped(slot: NumberSlot, value: bigint): bigint {
  const [least, most] = rangeOf(slot)
  return value < least ? least : value > most ? most : value
}

/** A place may be wider than what is compared of it: a number in text is as wide as any. */
export const narrowed = (slot: NumberSlot, value: bigint, bits: number): bigint =>
  slot.bits > bits && slot.signed ? BigInt.asIntN(bits, value) : value

/** The input with several places changed. A change may remove a place; what was wanted there is then left out. */
export function withNumbers(
  entryPoint: EntryPoint,
  input: Input,
  values: readonly (readonly [NumberSlot, bigint])[],
): Input {
  let changed = input
  for (const [{ id }, value] of values) {
    const slot = slotsOf(entryPoint, changed).numbers.find((one) => one.id === id)
    if (slot !== undefined) changed = slot.with(value)
  }
  return changed
}
