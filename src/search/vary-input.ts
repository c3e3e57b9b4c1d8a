/** An input that is known to be good in, a similar one out: for functions and programs alike, and for what they read. */

import type { Random } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import { mutateCall } from '../call/inputs/mutate-call.ts'
import type { Input } from '../records/input.ts'
import { floatBoundaries, integerBoundaries } from './boundary-values.ts'
import type { IrConstants } from './find-ir-constants.ts'
import { type FloatSlot, type NumberSlot, slotsOf, type TextSlot } from './input-slots.ts'
import { nextFloat } from './next-float.ts'

const MOST_CHANGES = 3
/** Decimal digits behind the first of a type's largest number. */
const DECIMALS: Readonly<Record<number, number>> = { 1: 0, 8: 2, 16: 4, 32: 9, 64: 18 }

/** @param constants values that the code mentions or that runs have compared with */
export function varyInput(
  entryPoint: EntryPoint,
  input: Input,
  constants: IrConstants,
  random: Random,
): Input {
  let varied = input
  for (let change = random.int(1, MOST_CHANGES); change > 0; change--)
    varied = changeOnce(entryPoint, varied, constants, random)
  return varied
}

function changeOnce(entryPoint: EntryPoint, input: Input, constants: IrConstants, random: Random): Input {
  if (input.kind === 'call' && entryPoint.kind === 'function' && random.chance(0.25)) {
    const numbers = constants.integers.map(String)
    return mutateCall(entryPoint.plan, input, String(random.bits(64)), numbers)
  }
  if (input.stdin !== '' && random.chance(0.4))
    return { ...input, stdin: changeLines(input.stdin, constants, random) }
  const { numbers, floats, texts } = slotsOf(entryPoint, input)
  const kinds = [
    ...(numbers.length > 0 ? [() => changeNumber(random.pick(numbers), numbers, constants, random)] : []),
    ...(floats.length > 0 ? [() => changeFloat(random.pick(floats), floats, constants, random)] : []),
    ...(texts.length > 0 ? [() => changeText(random.pick(texts), texts, constants, random)] : []),
  ]
  return kinds.length === 0 ? input : random.pick(kinds)()
}

function changeNumber(
  slot: NumberSlot,
  all: readonly NumberSlot[],
  { integers }: IrConstants,
  random: Random,
): Input {
  const near = BigInt(random.int(-1, 1))
  return slot.with(
    random.pick<() => bigint>([
      () => slot.value + 1n,
      () => slot.value - 1n,
      () => slot.value + BigInt(random.int(-40, 40)),
      // A digit of the number as people write it.
      () => slot.value + BigInt(random.int(-9, 9)) * 10n ** BigInt(random.int(0, DECIMALS[slot.bits] ?? 9)),
      () => slot.value ^ (1n << BigInt(random.int(0, slot.bits - 1))),
      () => random.bits(random.int(1, slot.bits)),
      () => random.pick(integerBoundaries(slot.bits, slot.signed)),
      () => (integers.length > 0 ? random.pick(integers) + near : near),
      () => random.pick(all).value + near,
      () => BigInt(random.int(0, 100)),
    ])(),
  )
}

function changeFloat(
  slot: FloatSlot,
  all: readonly FloatSlot[],
  { floats, integers }: IrConstants,
  random: Random,
): Input {
  const direction = random.chance(0.5) ? 1 : -1
  return slot.with(
    random.pick<() => number>([
      () => nextFloat(slot.value, slot.format, direction),
      () => -slot.value,
      () => slot.value + random.int(-10, 10),
      () => slot.value * random.pick([2, 0.5, 10, 0.1]),
      () => random.pick(floatBoundaries(slot.format)),
      () => (floats.length > 0 ? random.pick(floats) * (random.chance(0.2) ? -1 : 1) : 1),
      () => (floats.length > 0 ? nextFloat(random.pick(floats), slot.format, direction) : 0),
      () => (integers.length > 0 ? Number(random.pick(integers)) : 2),
      () => random.pick(all).value,
      () => (random.next() - 0.5) * 10 ** random.int(-3, 6),
    ])(),
  )
}

function changeText(
  slot: TextSlot,
  all: readonly TextSlot[],
  { texts, integers }: IrConstants,
  random: Random,
): Input {
  const { text } = slot
  const at = random.int(0, text.length)
  const char = random.chance(0.8)
    ? random.pick([...'abzAZ059 \t-.,%/'])
    : String.fromCharCode(random.int(1, 255))
  const words = [...texts, ...integers.map(String)]
  const word = words.length > 0 ? random.pick(words) : char
  return slot.with(
    random.pick([
      () => '',
      () => word,
      () => text.slice(0, at) + char + text.slice(at),
      () => text.slice(0, at) + word + text.slice(at),
      () => text.slice(0, at) + char + text.slice(at + 1),
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at),
      () => text.slice(at),
      () => text + text,
      () => random.pick(all).text,
      () => text.toUpperCase(),
      () => text.slice(0, at) + swappedCase(text.slice(at, at + 1)) + text.slice(at + 1),
      () => ' '.repeat(random.int(1, 3)),
    ])(),
  )
}

const swappedCase = (char: string) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())

/** Where nothing tells what stands between tokens. */
const SEPARATORS = [',', ':', ';', '-', '/', '=', '\t']

/** Lines and tokens of a text moved, repeated and removed, or put together in another way. */
function changeLines(text: string, { texts }: IrConstants, random: Random): string {
  const separator = text.includes('\n') && random.chance(0.5) ? '\n' : ' '
  const parts = separator === '\n' ? text.split('\n') : text.split(/[ \n]+/)
  if (random.chance(0.15)) {
    // A format that is read by has them between its conversions.
    const ofCode = texts.join('').match(/[^\w\s%]/g) ?? []
    return text.replaceAll(
      separator,
      random.pick(ofCode.length > 0 && random.chance(0.7) ? ofCode : SEPARATORS),
    )
  }
  const at = random.int(0, parts.length - 1)
  const other = random.int(0, parts.length - 1)
  const part = parts[at]!
  return random
    .pick<() => readonly string[]>([
      () => parts.toSpliced(at, 1),
      () => parts.toSpliced(at, 0, part),
      () => parts.toSpliced(at, 0, ...Array<string>(random.int(2, 60)).fill(part)),
      () => parts.slice(0, at),
      () => parts.with(at, parts[other]!).with(other, part),
      () => [...parts, parts[other]!],
    ])()
    .join(separator)
}
