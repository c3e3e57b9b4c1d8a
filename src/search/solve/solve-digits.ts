/**
 * A gap and how single places move it in, inputs with several of them changed so that the gap should close out. It holds
 * for places of narrow range that count for much or little of a sum, as digits do: bytes of a word, characters of a hash.
 */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import type { NumberSlot } from '../input-slots.ts'
import type { Gap, Move } from './gap.ts'
import { rangeOf, withNumbers } from './number-values.ts'

export function* solveDigits(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  moves: readonly Move[],
): Generator<Input> {
  const single = moves.filter(({ step, change }) => step === 1n && change !== 0n)
  if (single.length < 2) return
  const sorted = single.toSorted((x, y) =>
    magnitude(x) > magnitude(y) ? -1 : magnitude(x) < magnitude(y) ? 1 : 0,
  )
  const width = 1n << BigInt(gap.comparison.size * 8)
  // What wraps may lie on either side.
  for (const needed of [-single[0]!.before, -single[0]!.before + width, -single[0]!.before - width])
    for (const order of [sorted, sorted.toReversed()]) {
      const values = digitsOf(needed, order)
      if (values !== undefined && values.length > 1) yield withNumbers(entryPoint, input, values)
    }
}

const magnitude = ({ change }: Move) => (change < 0n ? -change : change)

/** Each place takes as much of what is needed as it can; undefined where something is left in the end. */
function digitsOf(needed: bigint, moves: readonly Move[]): [NumberSlot, bigint][] | undefined {
  let rest = needed
  const values: [NumberSlot, bigint][] = []
  for (const { slot, change } of moves) {
    // A character of a text is a byte, and 0 would end the text.
    const [least, most] = slot.id.endsWith(']') ? [1n, 255n] : rangeOf(slot)
    const wanted = slot.value + floorQuotient(rest, change)
    const value = wanted < least ? least : wanted > most ? most : wanted
    rest -= (value - slot.value) * change
    if (value !== slot.value) values.push([slot, value])
  }
  return rest === 0n ? values : undefined
}

const floorQuotient = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)
