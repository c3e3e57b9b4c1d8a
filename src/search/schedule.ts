/**
 * Inputs that got further ("parents") in, which inputs to try next out. Some attempts have a target: they follow from
 * what a parent compared. The others are variations of parents, or new. No input is given out twice.
 */
import type { Random } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import { generateCall } from '../call/inputs/generate-call.ts'
import type { Input } from '../records/input.ts'
import type { Attempt, AttemptOrLater, Tried } from './attempt.ts'
import { boundaryInputs } from './boundary-inputs.ts'
import type { KnownConstants } from './known-constants.ts'
import { probePlaces } from './probe-places.ts'
import type { Probe } from './solve/gap.ts'
import { solveComparisons } from './solve/solve-comparisons.ts'
import { targetTexts } from './target-texts.ts'
import { varyInput } from './vary-input.ts'

/** Attempts that are tried together. */
export const BATCH = 48
const MOST_SOLUTIONS = 400
/** Parents whose places get all values at which types and constants have their limits. */
const THOROUGH_PARENTS = 3
/** Part of the inputs that are made without a target. */
const VARIED_SHARE = 0.35
/** Of those with a target, how many go to the parent that took new edges last. */
const LATEST_SHARE = 0.7

export class Schedule {
  readonly #entryPoint: EntryPoint
  readonly #constants: KnownConstants
  readonly #random: Random
  readonly #parents: Tried[] = []
  /** Attempts with a target, by the parent that they come from: first those that took new edges. */
  readonly #urgent: Iterator<AttemptOrLater>[] = []
  readonly #patient: Iterator<AttemptOrLater>[] = []
  readonly #seen = new Set<string>()
  #readsInput: boolean

  constructor(entryPoint: EntryPoint, constants: KnownConstants, random: Random) {
    this.#entryPoint = entryPoint
    this.#constants = constants
    this.#random = random
    this.#readsInput = entryPoint.kind === 'program'
  }

  /** An input as it was consumed: it may be another than was given out. */
  noteTried(input: Input): void {
    this.#seen.add(JSON.stringify(input))
  }

  /** An input on which both versions ended well. */
  noteUsable(input: Input): void {
    if (input.stdin !== '') this.#readsInput = true
  }

  /** @param gain what it got further by: new edges count for more than closer comparisons */
  addParent(parent: Tried, gain: 'edges' | 'closer'): void {
    this.#parents.push(parent)
    ;(gain === 'edges' ? this.#urgent : this.#patient).push(this.#targeted(parent, gain === 'edges'))
  }

  first(): Attempt[] {
    if (this.#entryPoint.kind === 'program') {
      const empty: Input = { kind: 'stdin', stdin: '' }
      return [
        { input: empty },
        ...Array.from(
          { length: BATCH - 1 },
          (_, index): Attempt => ({ input: empty, explorer: index % 2 === 0 ? 0 : 1 }),
        ),
      ]
    }
    // Whether it reads standard input is not known yet.
    return Array.from(
      { length: BATCH },
      (_, index): Attempt => ({
        input: this.#newCall(index / BATCH)!,
        ...(index < 4 && { explorer: index % 2 === 0 ? 0 : 1 }),
      }),
    )
  }

  /** @param most how many there may be; fewer come where hardly anything new can be thought of */
  next(most: number): Attempt[] {
    const attempts: Attempt[] = []
    const wanted = Math.min(BATCH, most)
    // Many of the tries may be of what was tried before.
    for (let tries = 0; attempts.length < wanted && tries < 4 * BATCH; tries++) {
      const targeted = this.#random.chance(VARIED_SHARE) ? undefined : this.#nextTargeted()
      const attempt = targeted ?? this.#untargeted()
      const key = JSON.stringify(attempt.input)
      if (attempt.explorer === undefined && attempt.onTraces === undefined && this.#seen.has(key)) continue
      this.#seen.add(key)
      attempts.push(attempt)
    }
    return attempts
  }

  #nextTargeted(): Attempt | undefined {
    // The latest got furthest; but those before must not starve.
    const latestFirst = this.#random.chance(LATEST_SHARE)
    return nextOf(this.#urgent, latestFirst) ?? nextOf(this.#patient, true)
  }

  #untargeted(): Attempt {
    const random = this.#random
    const explorer = random.chance(0.5) ? 0 : 1
    if (this.#parents.length === 0 || random.chance(0.2)) {
      const input = this.#newCall(random.next()) ?? { kind: 'stdin', stdin: '' }
      return this.#readsInput ? { input, explorer } : { input }
    }
    // The latest got furthest.
    const parent = random.chance(0.4) ? random.pick(this.#parents.slice(-8)) : random.pick(this.#parents)
    const input = varyInput(this.#entryPoint, parent.input, this.#constants.all(), random)
    return this.#readsInput && random.chance(0.4) ? { input, explorer } : { input }
  }

  /** Undefined for programs. */
  #newCall(size: number): Input | undefined {
    if (this.#entryPoint.kind === 'program') return undefined
    const { integers, floats, texts } = this.#constants.all()
    const constants = [...integers.map(String), ...floats.filter(Number.isFinite).map(String), ...texts]
    const seed = String(this.#random.bits(64))
    return generateCall(this.#entryPoint.plan, { seed, size, constants, stdin: '' })
  }

  /** Probes of the parent, what follows from them, and, for the first parents, values at the limits. */
  *#targeted(parent: Tried, tookEdges: boolean): Generator<AttemptOrLater> {
    const entryPoint = this.#entryPoint
    const { input, traces } = parent
    const probes: Probe[] = []
    for (const changed of targetTexts(entryPoint, input, traces)) yield { input: changed }
    if (this.#parents.indexOf(parent) < THOROUGH_PARENTS)
      for (const changed of boundaryInputs(entryPoint, input, this.#constants.all(), this.#random))
        yield { input: changed }
    yield* probePlaces(entryPoint, parent, probes, {
      thorough: tookEdges,
      constants: this.#constants.ofCode.integers,
      random: this.#random,
    })
    let count = 0
    for (const changed of solveComparisons(entryPoint, input, traces, probes)) {
      if (this.#seen.has(JSON.stringify(changed))) continue
      if (++count > MOST_SOLUTIONS) return
      yield { input: changed }
    }
  }
}

function nextOf(queue: Iterator<AttemptOrLater>[], latestFirst: boolean): Attempt | undefined {
  for (const attempts of latestFirst ? queue.toReversed() : [...queue]) {
    const { value, done } = attempts.next()
    if (done === true) queue.splice(queue.indexOf(attempts), 1)
    else if (value !== 'later') return value
  }
  return undefined
}
