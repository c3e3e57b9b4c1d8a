/**
 * An input, what its run compared, and what runs of it with single places changed ("probes") compared in, inputs that are likely to meet
 * those comparisons out. It takes operands for linear in the places that move them; runs decide whether they are.
 */
import type { EntryPoint } from '../call/entry-point.ts'
import type { NumberComparison } from '../execute/harness/comparisons.ts'
import type { Input } from '../records/input.ts'
import type { Traces } from './frontier.ts'
import { type FloatSlot, type NumberSlot, slotsOf } from './input-slots.ts'
import { nextFloat } from './next-float.ts'
import { solveBits } from './solve-bits.ts'
import { solveLinear } from './solve-linear.ts'

export type Probe =
  | { readonly kind: 'number'; readonly slot: NumberSlot; readonly step: bigint; readonly traces: Traces }
  | { readonly kind: 'direction'; readonly direction: Direction; readonly traces: Traces }
  | { readonly kind: 'bit'; readonly slot: NumberSlot; readonly bit: number; readonly traces: Traces }
  | { readonly kind: 'float'; readonly slot: FloatSlot; readonly step: number; readonly traces: Traces }

/** Places that are moved together, each by its own amount. */
export type Direction = readonly (readonly [NumberSlot, bigint])[]

/** One pair of operands of one comparison in the run that the probes vary. */
interface Gap {
  readonly side: 0 | 1
  readonly comparison: NumberComparison
  readonly pair: number
  readonly a: bigint
  readonly b: bigint
}

/** What has larger prime factors than this is not taken apart further. */
const LARGEST_PRIME = 1n << 14n
const MOST_DIVISORS = 64
/** Places and comparisons that one system of equations is about, and directions that follow from it. */
const MOST_UNKNOWNS = 12
const MOST_EQUATIONS = 8
const MOST_DIRECTIONS = 8

/** Inputs for one comparison after the other, the most promising of each first. */
export function* solveComparisons(
  entryPoint: EntryPoint,
  input: Input,
  traces: Traces,
  probes: readonly Probe[],
): Generator<Input> {
  const open = gapsOf(traces).map((gap) => solutionsOf(entryPoint, input, gap, probes))
  // In turns, so that a comparison that cannot be met does not keep the others waiting.
  for (let left = open; left.length > 0; ) {
    const next: typeof open = []
    for (const solutions of left) {
      const { value, done } = solutions.next()
      if (done === true) continue
      yield value
      next.push(solutions)
    }
    left = next
  }
}

function gapsOf(traces: Traces): Gap[] {
  return traces.flatMap(({ comparisons }, side) =>
    (comparisons?.numbers ?? []).flatMap((comparison) =>
      comparison.pairs.map(([a, b], pair) => ({ side: side as 0 | 1, comparison, pair, a, b })),
    ),
  )
}

function* solutionsOf(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  probes: readonly Probe[],
): Generator<Input> {
  if (gap.comparison.kind === 'float') {
    for (const probe of probes) yield* floatSolutions(gap, probe)
    return
  }
  const moves: Move[] = []
  for (const probe of probes) {
    const change = changeOf(gap, probe)
    if (change === undefined) continue
    const before = distanceOf(gap, gap.a, gap.b)
    if (probe.kind === 'number') moves.push({ slot: probe.slot, step: probe.step, before, change })
    else if (probe.kind === 'direction')
      yield* jointSolutions(entryPoint, input, probe.direction, before, change)
  }
  for (const move of moves) yield* singleSolutions(gap, move)
  if (gap.a === gap.b) return
  yield* productSolutions(entryPoint, input, moves)
  yield* bitSolutions(entryPoint, input, gap, probes)
  yield* digitSolutions(entryPoint, input, gap, moves)
}

// ---- one place ----

/** How a step of a place moves the distance of the operands, both as signed numbers. */
interface Move {
  readonly slot: NumberSlot
  readonly step: bigint
  readonly before: bigint
  readonly change: bigint
}

const distanceOf = ({ comparison: { size } }: Gap, a: bigint, b: bigint): bigint =>
  BigInt.asIntN(size * 8, a) - BigInt.asIntN(size * 8, b)

function pairIn(gap: Gap, traces: Traces): readonly [bigint, bigint] | undefined {
  const { place, pairs } = gap.comparison
  const there = traces[gap.side].comparisons?.numbers.find((comparison) => comparison.place === place)
  // The closest and the last are the last two, however many there are.
  return gap.pair >= pairs.length - 2 ? there?.pairs.at(gap.pair - pairs.length) : there?.pairs[gap.pair]
}

/** By how much the probe moves the distance; undefined where the operands stay or are not met any more. */
function changeOf(gap: Gap, { traces }: Pick<Probe, 'traces'>): bigint | undefined {
  const moved = pairIn(gap, traces)
  if (moved === undefined || (moved[0] === gap.a && moved[1] === gap.b)) return undefined
  return distanceOf(gap, ...moved) - distanceOf(gap, gap.a, gap.b)
}

function* singleSolutions(gap: Gap, { slot, step, before, change }: Move): Generator<Input> {
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

function limits({ bits, signed }: NumberSlot): readonly [bigint, bigint] {
  const top = 1n << BigInt(signed ? bits - 1 : bits)
  return [signed ? -top : 0n, top - 1n]
}

function clamped(slot: NumberSlot, value: bigint): bigint {
  const [least, most] = limits(slot)
  return value < least ? least : value > most ? most : value
}

/** A place may be wider than what is compared of it: a number in text is as wide as any. */
const narrowed = (slot: NumberSlot, value: bigint, bits: number): bigint =>
  slot.bits > bits && slot.signed ? BigInt.asIntN(bits, value) : value

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

// ---- floats ----

function floatOf(bits: bigint, size: number): number {
  const view = new DataView(new ArrayBuffer(8))
  if (size === 4) {
    view.setUint32(0, Number(bits))
    return view.getFloat32(0)
  }
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

function* floatSolutions(gap: Gap, probe: Probe): Generator<Input> {
  const moved = pairIn(gap, probe.traces)
  if (moved === undefined) return
  const { size } = gap.comparison
  const [a, b] = [floatOf(gap.a, size), floatOf(gap.b, size)]
  const change = floatOf(moved[0], size) - floatOf(moved[1], size) - (a - b)
  if (change === 0 || !Number.isFinite(change)) return
  if (probe.kind === 'direction' || probe.kind === 'bit') return
  const value = Number(probe.slot.value)
  const wanted = value === a ? b : value === b ? a : value - ((a - b) * Number(probe.step)) / change
  if (!Number.isFinite(wanted)) return
  if (probe.kind === 'number') {
    for (const offset of [0, 1, -1])
      yield probe.slot.with(clamped(probe.slot, BigInt(Math.round(wanted) + offset)))
    return
  }
  const { slot } = probe
  for (const value of [
    wanted,
    nextFloat(wanted, slot.format, 1),
    nextFloat(wanted, slot.format, -1),
    Math.round(wanted),
  ])
    yield slot.with(value)
}

// ---- several places ----

/** a = x * y * ...: any factors of what is wanted. */
function* productSolutions(entryPoint: EntryPoint, input: Input, moves: readonly Move[]): Generator<Input> {
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

/** Every way to choose that many divisors of a number, one after the other. */
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

/** Operands whose bits are exclusive-or's of the places' bits: masks, rotations, other orders of bytes. */
function* bitSolutions(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  probes: readonly Probe[],
): Generator<Input> {
  const bits = probes.filter((probe) => probe.kind === 'bit')
  const changes = bits.map((probe) => {
    const moved = pairIn(gap, probe.traces)
    return moved === undefined ? 0n : moved[0] ^ moved[1] ^ gap.a ^ gap.b
  })
  const flips = solveBits(changes, gap.a ^ gap.b)
  if (flips === undefined) return
  const values = new Map<NumberSlot, bigint>()
  for (const at of flips) {
    const { slot, bit } = bits[at]!
    values.set(slot, (values.get(slot) ?? slot.value) ^ (1n << BigInt(bit)))
  }
  yield withNumbers(entryPoint, input, [...values])
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

/**
 * Directions along which the comparisons that are met stay so, as far as the probes tell: what lies behind those can be
 * probed only there, and probes along them tell more directions.
 *
 * @returns those that are not among the probes yet
 */
export function keepingDirections(traces: Traces, probes: readonly Probe[]): Direction[] {
  const columns = probes.flatMap((probe) => {
    const direction = directionOf(probe)
    return direction === undefined ? [] : [{ probe, direction }]
  })
  const rows: bigint[][] = []
  for (const gap of gapsOf(traces)) {
    if (gap.comparison.kind === 'float' || gap.a !== gap.b || rows.length === MOST_EQUATIONS) continue
    const row = columns.map(({ probe }) => changeOf(gap, probe) ?? 0n)
    const isNew = !rows.some((other) => other.every((change, at) => change === row[at]))
    if (isNew && row.some((change) => change !== 0n)) rows.push(row)
  }
  const moved = [...columns.keys()].filter((at) => rows.some((row) => row[at] !== 0n)).slice(-MOST_UNKNOWNS)
  const known = new Set(columns.map(({ direction }) => directionKey(direction)))
  const found: Direction[] = []
  for (const one of moved) {
    const others = moved.filter((at) => at !== one)
    const deltas = solveLinear(
      rows.map((row) => others.map((at) => row[at]!)),
      rows.map((row) => -row[one]!),
    )
    if (deltas === undefined || found.length === MOST_DIRECTIONS) continue
    const parts = others.map((at, index) => [columns[at]!.direction, deltas[index]!] as const)
    const direction = combined([[columns[one]!.direction, 1n], ...parts])
    const key = directionKey(direction)
    if (direction.length > 0 && !known.has(key)) found.push(direction)
    known.add(key)
  }
  return found
}

function directionOf(probe: Probe): Direction | undefined {
  if (probe.kind === 'direction') return probe.direction
  return probe.kind === 'number' && probe.step === 1n ? [[probe.slot, 1n]] : undefined
}

function combined(parts: readonly (readonly [Direction, bigint])[]): Direction {
  const sums = new Map<string, readonly [NumberSlot, bigint]>()
  for (const [direction, times] of parts)
    for (const [slot, by] of direction) sums.set(slot.id, [slot, (sums.get(slot.id)?.[1] ?? 0n) + by * times])
  return [...sums.values()].filter(([, by]) => by !== 0n)
}

const directionKey = (direction: Direction) =>
  direction
    .map(([{ id }, by]) => `${id} ${by}`)
    .sort()
    .join()

/** The input moved `times` times in a direction. */
export const alongDirection = (
  entryPoint: EntryPoint,
  input: Input,
  direction: Direction,
  times: bigint,
): Input =>
  withNumbers(
    entryPoint,
    input,
    direction.map(([slot, by]) => [slot, slot.value + times * by]),
  )

function* jointSolutions(
  entryPoint: EntryPoint,
  input: Input,
  direction: Direction,
  before: bigint,
  change: bigint,
): Generator<Input> {
  if (change === 0n) return
  for (const target of [0n, 1n, -1n])
    yield alongDirection(entryPoint, input, direction, (target - before) / change)
}

/** Places of narrow range that count for much or little of a sum, as digits do: bytes of a word, characters of a hash. */
function* digitSolutions(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  moves: readonly Move[],
): Generator<Input> {
  const single = moves.filter(({ step, change }) => step === 1n && change !== 0n)
  if (single.length < 2) return
  const magnitude = ({ change }: Move) => (change < 0n ? -change : change)
  const sorted = single.toSorted((x, y) =>
    magnitude(x) > magnitude(y) ? -1 : magnitude(x) < magnitude(y) ? 1 : 0,
  )
  const width = 1n << BigInt(gap.comparison.size * 8)
  // What wraps may lie on either side.
  for (const needed of [-single[0]!.before, -single[0]!.before + width, -single[0]!.before - width])
    for (const order of [sorted, sorted.toReversed()]) {
      let rest = needed
      const values: [NumberSlot, bigint][] = []
      for (const { slot, change } of order) {
        const [least, most] = slot.id.endsWith(']') ? [1n, 255n] : limits(slot)
        const wanted = slot.value + floorQuotient(rest, change)
        const value = wanted < least ? least : wanted > most ? most : wanted
        rest -= (value - slot.value) * change
        if (value !== slot.value) values.push([slot, value])
      }
      if (rest === 0n && values.length > 1) yield withNumbers(entryPoint, input, values)
    }
}

const floorQuotient = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)

function withNumbers(
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
