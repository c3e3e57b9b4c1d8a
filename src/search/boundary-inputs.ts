/** An input in, the same with a value at a limit in one place, or in all, out: limits of types, and constants of the code. */

import type { Random } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import type { Input } from '../records/input.ts'
import { floatBoundaries, integerBoundaries } from './boundary-values.ts'
import { choosePlaces } from './choose-places.ts'
import type { IrConstants } from './find-ir-constants.ts'
import { holds, slotsOf } from './input-slots.ts'

const MOST_PLACES = 12
const MOST_INPUTS = 300
const MOST_CHANGED = 16

export function boundaryInputs(
  entryPoint: EntryPoint,
  input: Input,
  { integers, floats }: IrConstants,
  random: Random,
): Input[] {
  const slots = slotsOf(entryPoint, input)
  const inputs: (() => Input)[] = []
  const around = integers.flatMap((value) => [value, value - 1n, value + 1n])
  for (const slot of choosePlaces(slots.numbers, MOST_PLACES, random))
    for (const value of new Set([...integerBoundaries(slot.bits, slot.signed), ...around]))
      if (holds(slot, value)) inputs.push(() => slot.with(value))
  for (const slot of choosePlaces(slots.floats, MOST_PLACES, random))
    for (const value of [...floatBoundaries(slot.format), ...floats, ...integers.map(Number)])
      inputs.push(() => slot.with(value))
  for (const slot of slots.texts) inputs.push(() => slot.with(''))
  // What no place alone brings about: the sum of two large numbers, the quotient of two small ones.
  const [number, anotherNumber] = slots.numbers
  const [float, anotherFloat] = slots.floats
  if (number !== undefined && anotherNumber !== undefined)
    for (const value of integerBoundaries(number.bits, number.signed))
      inputs.push(() => changeAll(input, (one) => slotsOf(entryPoint, one).numbers, value))
  if (float !== undefined && anotherFloat !== undefined)
    for (const value of floatBoundaries(float.format))
      inputs.push(() => changeAll(input, (one) => slotsOf(entryPoint, one).floats, value))
  return random
    .shuffle(inputs)
    .slice(0, MOST_INPUTS)
    .map((make) => make())
}

/** The value at every place, as far as there are places left when others have changed. */
function changeAll<T>(
  input: Input,
  slotsIn: (input: Input) => readonly { with(value: T): Input }[],
  value: T,
): Input {
  let changed = input
  for (const at of slotsIn(input).slice(0, MOST_CHANGED).keys())
    changed = slotsIn(changed)[at]?.with(value) ?? changed
  return changed
}
