/** A gap that a product of places makes in, inputs whose places hold factors of what is wanted out. */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import type { Move } from './gap.ts'
import { withNumbers } from './number-values.ts'

/** What has larger prime factors than this is not taken apart further. */
const LARGEST_PRIME = 1n << 14n
const MOST_DIVISORS = 64

/** a = x * y * ...: any factors of what is wanted. */
export function* solveProduct(
  entryPoint: EntryPoint,
  input: Input,
  moves: readonly Move[],
): Generator<Input> {
  const single = moves.filter(({ step }) => step === 1n)
  for (const [at, x] of single.entries())
    for (const y of single.slice(at + 1)) {
      // The part of the product that x and y make is what moves it.
      if (x.change * x.slot.value !== y.change * y.slot.value || x.change === 0n || y.slot.value === 0n)
        continue
      const product = x.change * x.slot.value
      const factors = single.filter(({ change, slot }) => change * slot.value === product)
      // before = product - wanted, up to something that all leave alone.
      const wanted = product - x.before
      const [last, ...others] = factors.toReversed()
      for (const chosen of factorisations(wanted, others.length))
        yield withNumbers(entryPoint, input, [
          ...others.map(({ slot }, index) => [slot, chosen[index]!] as const),
          [last!.slot, chosen.reduce((rest, factor) => rest / factor, wanted)],
        ])
      return
    }
}

/** Every way to choose `count` divisors of a number, one after the other. */
function* factorisations(value: bigint, count: number): Generator<bigint[]> {
  if (count === 0) {
    yield []
    return
  }
  const small = divisors(value)
  const either = small.flatMap((divisor) =>
    divisor * divisor === value ? [divisor] : [divisor, value / divisor],
  )
  for (const divisor of either)
    for (const rest of factorisations(value / divisor, count - 1)) yield [divisor, ...rest]
}

/** Those of a number that its small prime factors give, and what is left of it, without 1 and the number itself. */
function divisors(value: bigint): bigint[] {
  let rest = value < 0n ? -value : value
  if (rest < 4n) return []
  let found = [1n]
  const multiply = (factor: bigint) => {
    found = [...new Set([...found, ...found.map((divisor) => divisor * factor)])].slice(0, MOST_DIVISORS)
  }
  for (let prime = 2n; prime <= LARGEST_PRIME && prime * prime <= rest; prime++)
    for (; rest % prime === 0n; rest /= prime) multiply(prime)
  multiply(rest)
  return found.filter((divisor) => divisor > 1n && divisor * divisor !== value * value)
}
