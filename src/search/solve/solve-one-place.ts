/** A gap and how one place moves it in, inputs with that place changed so that the gap should close out. */
import type { Input } from '../../records/input.ts'
import type { Gap, Move } from './gap.ts'
import { clamped, narrowed } from './number-values.ts'

export function* solveOnePlace(gap: Gap, { slot, step, before, change }: Move): Generator<Input> {
  const bits = gap.comparison.size * 8
  if (change === 0n) return
  for (const target of [0n, 1n, -1n]) {
    const needed = (target - before) * step
    const whole = needed / change
    yield slot.with(clamped(slot, slot.value + whole))
    if (target !== 0n || needed % change === 0n) continue
    // Rounded the other way.
    yield slot.with(clamped(slot, slot.value + whole + (needed < 0n === change < 0n ? 1n : -1n)))
    const wrapped = wrappedQuotient(needed / step, BigInt.asIntN(bits, change), bits)
    if (step === 1n && wrapped !== undefined) yield slot.with(narrowed(slot, slot.value + wrapped, bits))
  }
  if (gap.a === gap.b) return
  // Operands that are the place's own bits, as they are, exclusive-or'ed with something, or in the other byte order.
  const flipped = gap.a ^ gap.b
  yield slot.with(narrowed(slot, slot.value ^ flipped, bits))
  yield slot.with(narrowed(slot, slot.value ^ swappedBytes(flipped, gap.comparison.size), bits))
}

/** x with `x * divisor = needed` in arithmetic that wraps. */
function wrappedQuotient(needed: bigint, divisor: bigint, bits: number): bigint | undefined {
  let [rest, odd, width] = [BigInt.asUintN(bits, needed), BigInt.asUintN(bits, divisor), bits]
  if (odd === 0n) return undefined
  while (odd % 2n === 0n) {
    if (rest % 2n !== 0n) return undefined
    ;[rest, odd, width] = [rest / 2n, odd / 2n, width - 1]
  }
  // Newton's iteration doubles the number of right bits.
  let inverse = odd
  for (let right = 3; right < width; right *= 2)
    inverse = BigInt.asUintN(width, inverse * (2n - odd * inverse))
  return BigInt.asUintN(width, rest * inverse)
}

function swappedBytes(value: bigint, size: number): bigint {
  let swapped = 0n
  for (let at = 0; at < size; at++) swapped = (swapped << 8n) | ((value >> BigInt(at * 8)) & 0xffn)
  return swapped
}
