/**
 * An input and what its run compared in, attempts that move one of its places, several together or single bits out. What
 * they bring is put into a list of probes, for solve-comparisons.ts to read.
 */

import type { Random } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import type { Input } from '../records/input.ts'
import type { Attempt, AttemptOrLater, Tried } from './attempt.ts'
import { choosePlaces } from './choose-places.ts'
import { holds, isToken, slotsOf } from './input-slots.ts'
import type { Probe } from './solve/gap.ts'
import { alongDirection, keepingDirections } from './solve/solve-directions.ts'

const MOST_NUMBERS = 40
const MOST_FLOATS = 12
/** Long steps are worth their runs where there are few places to move. */
const FEW_NUMBERS = 4
const LONG_STEPS = [256n, 65_536n, 1n << 24n]
const MOST_CONSTANT_STEPS = 10
const LARGEST_STEP = 1n << 40n
const MOST_BITS = 64
/** Of a number in text, which could be of any width. */
const TOKEN_BITS = 32
const DIRECTION_ROUNDS = 3

export interface ProbeOptions {
  /** Whether it is worth many runs. */
  readonly thorough: boolean
  /** Steps that a comparison with a remainder may stay met along. */
  readonly constants: readonly bigint[]
  readonly random: Random
}

export function* probePlaces(
  entryPoint: EntryPoint,
  tried: Tried,
  probes: Probe[],
  options: ProbeOptions,
): Generator<AttemptOrLater> {
  yield* untilAnswered(placeProbes(entryPoint, tried.input, probes, options), probes)
  // Each round can show a comparison that the one before could not reach.
  for (let round = 0; round < DIRECTION_ROUNDS; round++)
    yield* untilAnswered(directionProbes(entryPoint, tried, probes), probes)
  if (options.thorough) yield* untilAnswered(bitProbes(entryPoint, tried.input, probes), probes)
}

function* placeProbes(
  entryPoint: EntryPoint,
  input: Input,
  probes: Probe[],
  { thorough, constants, random }: ProbeOptions,
): Generator<Attempt> {
  const { numbers, floats } = slotsOf(entryPoint, input)
  const steps = constants.filter((value) => value > 2n && value < LARGEST_STEP).slice(0, MOST_CONSTANT_STEPS)
  const longSteps = thorough && numbers.length <= FEW_NUMBERS ? [...LONG_STEPS, ...steps] : []
  for (const slot of choosePlaces(numbers, MOST_NUMBERS, random))
    for (const length of [1n, ...longSteps]) {
      const step = holds(slot, slot.value + length) ? length : -length
      yield {
        input: slot.with(slot.value + step),
        onTraces: (traces) => probes.push({ kind: 'number', slot, step, traces }),
      }
    }
  for (const slot of choosePlaces(floats, MOST_FLOATS, random)) {
    if (!Number.isFinite(slot.value)) continue
    const step = Math.abs(slot.value) < 1e6 ? 1 : slot.value / 16
    yield {
      input: slot.with(slot.value + step),
      onTraces: (traces) => probes.push({ kind: 'float', slot, step, traces }),
    }
  }
}

function* directionProbes(
  entryPoint: EntryPoint,
  { input, traces }: Tried,
  probes: Probe[],
): Generator<Attempt> {
  for (const direction of keepingDirections(traces, probes))
    yield {
      input: alongDirection(entryPoint, input, direction, 1n),
      onTraces: (moved) => probes.push({ kind: 'direction', direction, traces: moved }),
    }
}

/** Where there are few places to move: how each bit shows in what is compared. */
function* bitProbes(entryPoint: EntryPoint, input: Input, probes: Probe[]): Generator<Attempt> {
  const { numbers } = slotsOf(entryPoint, input)
  const widths = numbers.map((slot) => (isToken(slot) ? Math.min(slot.bits, TOKEN_BITS) : slot.bits))
  if (widths.reduce((sum, width) => sum + width, 0) > MOST_BITS) return
  for (const [at, slot] of numbers.entries())
    for (let bit = 0; bit < widths[at]!; bit++)
      yield {
        input: slot.with(slot.value ^ (1n << BigInt(bit))),
        onTraces: (traces) => probes.push({ kind: 'bit', slot, bit, traces }),
      }
}

/** All attempts, then `later` until each has put its answer into the list. */
function* untilAnswered(
  attempts: Iterable<Attempt>,
  answers: readonly unknown[],
): Generator<Attempt | 'later'> {
  let expected = answers.length
  for (const attempt of attempts) {
    expected++
    yield attempt
  }
  while (answers.length < expected) yield 'later'
}
