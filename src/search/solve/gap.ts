/**
 * What a run compared in, its gaps out: each pair of operands of each comparison, by the distance that is to be closed.
 * Probes say how a gap changes when a place of the input is moved.
 */
import type { NumberComparison } from '../../execute/harness/comparisons.ts'
import type { Traces } from '../frontier.ts'
import type { FloatSlot, NumberSlot } from '../input-slots.ts'

/** A run of the input with one place changed, or several together. */
export type Probe =
  | { readonly kind: 'number'; readonly slot: NumberSlot; readonly step: bigint; readonly traces: Traces }
  | { readonly kind: 'direction'; readonly direction: Direction; readonly traces: Traces }
  | { readonly kind: 'bit'; readonly slot: NumberSlot; readonly bit: number; readonly traces: Traces }
  | { readonly kind: 'float'; readonly slot: FloatSlot; readonly step: number; readonly traces: Traces }

/** Places that are moved together, each by its own amount. */
export type Direction = readonly (readonly [NumberSlot, bigint])[]

/** One pair of operands of one comparison in the run that the probes vary. */
export interface Gap {
  readonly side: 0 | 1
  readonly comparison: NumberComparison
  readonly pair: number
  readonly a: bigint
  readonly b: bigint
}

/** How a step of a place moves the distance of the operands, both as signed numbers. */
export interface Move {
  readonly slot: NumberSlot
  readonly step: bigint
  readonly before: bigint
  readonly change: bigint
}

export function gapsOf(traces: Traces): Gap[] {
  return traces.flatMap(({ comparisons }, side) =>
    (comparisons?.numbers ?? []).flatMap((comparison) =>
      comparison.pairs.map(([a, b], pair) => ({ side: side as 0 | 1, comparison, pair, a, b })),
    ),
  )
}

export const distanceOf = ({ comparison: { size } }: Gap, a: bigint, b: bigint): bigint =>
  BigInt.asIntN(size * 8, a) - BigInt.asIntN(size * 8, b)

/** The operands of the gap in another run; undefined where that run does not compare them. */
export function pairIn(gap: Gap, traces: Traces): readonly [bigint, bigint] | undefined {
  const { place, pairs } = gap.comparison
  const there = traces[gap.side].comparisons?.numbers.find((comparison) => comparison.place === place)
  // The closest and the last are the last two, however many there are.
  return gap.pair >= pairs.length - 2 ? there?.pairs.at(gap.pair - pairs.length) : there?.pairs[gap.pair]
}

/** By how much the probe moves the distance; undefined where the operands stay or are not met any more. */
export function changeOf(gap: Gap, { traces }: Pick<Probe, 'traces'>): bigint | undefined {
  const moved = pairIn(gap, traces)
  if (moved === undefined || (moved[0] === gap.a && moved[1] === gap.b)) return undefined
  return distanceOf(gap, ...moved) - distanceOf(gap, gap.a, gap.b)
}
