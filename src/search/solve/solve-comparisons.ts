/**
 * An input, what its run compared, and what probes of it compared in; inputs that are likely to meet those comparisons
 * out. Each solver takes the operands for a function of another form: linear in one place, a product, a sum of digits.
 * Only runs decide whether they are.
 */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import type { Traces } from '../frontier.ts'
import { changeOf, distanceOf, type Gap, gapsOf, type Move, type Probe } from './gap.ts'
import { solveDigits } from './solve-digits.ts'
import { solveDirection } from './solve-directions.ts'
import { solveFlips } from './solve-flips.ts'
import { solveFloats } from './solve-floats.ts'
import { solveOnePlace } from './solve-one-place.ts'
import { solveProduct } from './solve-product.ts'

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

function* solutionsOf(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  probes: readonly Probe[],
): Generator<Input> {
  if (gap.comparison.kind === 'float') {
    for (const probe of probes) yield* solveFloats(gap, probe)
    return
  }
  const before = distanceOf(gap, gap.a, gap.b)
  const moves: Move[] = []
  for (const probe of probes) {
    const change = changeOf(gap, probe)
    if (change === undefined) continue
    if (probe.kind === 'number') moves.push({ slot: probe.slot, step: probe.step, before, change })
    else if (probe.kind === 'direction')
      yield* solveDirection(entryPoint, input, probe.direction, { before, change })
  }
  for (const move of moves) yield* solveOnePlace(gap, move)
  if (gap.a === gap.b) return
  yield* solveProduct(entryPoint, input, moves)
  yield* solveFlips(entryPoint, input, gap, probes)
  yield* solveDigits(entryPoint, input, gap, moves)
}
