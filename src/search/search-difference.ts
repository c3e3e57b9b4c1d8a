/**
 * Two versions of one unit in, an input on which both are defined and give different results out, or how much was tried
 * without finding one.
 *
 * Guided by both: what takes a new edge in either, or comes closer to meeting a comparison, becomes a parent of further
 * inputs. Of a parent the places that hold numbers are moved one by one, and from how the operands of its comparisons
 * move with them follow inputs that should meet those. Deterministic by seed, whatever the engine.
 *
 * Undefined behaviour has no say: an input counts, as evidence or as a parent, only after the sanitizers have found both
 * versions clean on it and both repeat themselves.
 */

import { createRandom, type Random } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import { generateCall } from '../call/inputs/generate-call.ts'
import type { CodeEngine, Executable, Explored } from '../execute/code-engine.ts'
import { reasonOf, type Screen } from '../execute/original/screen-original.ts'
import type { Input } from '../records/input.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import type { Attempt, AttemptOrLater, Tried } from './attempt.ts'
import { boundaryInputs } from './boundary-inputs.ts'
import { isDifference, resultsOf } from './compare-results.ts'
import type { IrConstants } from './find-ir-constants.ts'
import { Frontier, type Traces } from './frontier.ts'
import { KnownConstants } from './known-constants.ts'
import { probePlaces } from './probe-places.ts'
import { shrinkInput, sizeOf } from './shrink-input.ts'
import type { Probe } from './solve/gap.ts'
import { solveComparisons } from './solve/solve-comparisons.ts'
import { targetTexts } from './target-texts.ts'
import { varyInput } from './vary-input.ts'

export interface SearchSide {
  /** A `trace` build. */
  readonly trace: Executable
  readonly screen: Screen
}

export interface SearchBudget {
  /** Inputs tried. */
  readonly inputs: number
  /** Edges that all runs may take together. */
  readonly edges: number
  /** performance.now() of the end; undefined for none. */
  readonly deadlineMs?: number | undefined
}

export interface SearchOptions {
  readonly entryPoint: EntryPoint
  readonly seed: string
  readonly budget: SearchBudget
  /** Of both versions. */
  readonly constants: IrConstants
}

export interface Difference {
  readonly input: Input
  readonly results: readonly [ObservedResult, ObservedResult]
}

export interface Searched {
  readonly difference: Difference | undefined
  /** Inputs on which both were run. */
  readonly tried: number
  /** Of these, on how many both ended well with the same result. */
  readonly agreed: number
  /** Of those, how many the sanitizers have found clean in both: they are asked about all that reached something new, and about some of the rest. */
  readonly clean: number
  readonly edgesReached: readonly [number, number]
  readonly edgesTotal: readonly [number, number]
  /** Why inputs were not usable, the most frequent reason first. */
  readonly refusals: readonly RefusedInputs[]
  readonly stoppedBy: 'difference' | 'inputs' | 'edges' | 'time' | 'hopeless'
}

export interface RefusedInputs {
  readonly side: 0 | 1
  readonly reason: string
  readonly detail: string
  readonly count: number
}

const BATCH = 48
/** One run. An input on which either takes more is not usable. */
const RUN_EDGES = 400_000
/** Inputs without a usable one among them after which the search gives up. */
const HOPELESS_AFTER = 240
const MOST_SOLUTIONS = 400
/** Parents whose places get all values at which types and constants have their limits. */
const THOROUGH_PARENTS = 3
/** Inputs that reach nothing new and are screened all the same. */
const MOST_SAMPLED = 150
const MOST_SHRINK_STEPS = 12
const MOST_SHRINK_SCREENED = 8
/** Part of the inputs that are made without a target. */
const VARIED_SHARE = 0.35
/** Of those with a target, how many go to the parent that took new edges last. */
const LATEST_SHARE = 0.7
const SIZES = 10

export function searchDifference(
  engine: CodeEngine,
  sides: readonly [SearchSide, SearchSide],
  options: SearchOptions,
): Promise<Searched> {
  return new DifferenceSearch(engine, sides, options).run()
}

class DifferenceSearch {
  readonly #engine: CodeEngine
  readonly #sides: readonly [SearchSide, SearchSide]
  readonly #options: SearchOptions
  readonly #random: Random
  readonly #frontier = new Frontier()
  readonly #parents: Tried[] = []
  /** Attempts with a target, by the parent that they come from: first those that took new edges. */
  readonly #urgent: Iterator<AttemptOrLater>[] = []
  readonly #patient: Iterator<AttemptOrLater>[] = []
  readonly #seen = new Set<string>()
  readonly #refusals = new Map<string, { side: 0 | 1; reason: string; detail: string; count: number }>()
  readonly #constants: KnownConstants
  readonly #sample: Tried[] = []
  /** Inputs that the sample is drawn from. */
  #ordinary = 0
  #readsInput: boolean
  #tried = 0
  #agreed = 0
  #clean = 0
  #edgesSpent = 0
  readonly #edgesTotal: [number, number] = [0, 0]

  constructor(engine: CodeEngine, sides: readonly [SearchSide, SearchSide], options: SearchOptions) {
    this.#engine = engine
    this.#sides = sides
    this.#options = options
    this.#constants = new KnownConstants(options.constants)
    this.#random = createRandom(`difference ${options.seed}`)
    this.#readsInput = options.entryPoint.kind === 'program'
  }

  async run(): Promise<Searched> {
    let difference: Difference | undefined
    let attempts = this.#firstAttempts()
    let stoppedBy: Searched['stoppedBy'] | undefined
    while (stoppedBy === undefined) {
      difference = await this.#tryAll(attempts)
      stoppedBy = difference === undefined ? this.#reasonToStop() : 'difference'
      attempts = this.#nextAttempts()
      if (stoppedBy === undefined && attempts.length === 0) stoppedBy = 'inputs'
    }
    difference ??= await this.#trySample()
    return {
      difference: difference && (await this.#shrink(difference)),
      tried: this.#tried,
      agreed: this.#agreed,
      clean: this.#clean,
      edgesReached: [this.#frontier.edgesReached(0), this.#frontier.edgesReached(1)],
      edgesTotal: this.#edgesTotal,
      refusals: [...this.#refusals.values()].sort((a, b) => b.count - a.count),
      stoppedBy,
    }
  }

  #reasonToStop(): Searched['stoppedBy'] | undefined {
    const { inputs, edges, deadlineMs } = this.#options.budget
    if (this.#tried >= inputs) return 'inputs'
    if (this.#edgesSpent >= edges) return 'edges'
    if (deadlineMs !== undefined && performance.now() >= deadlineMs) return 'time'
    return this.#clean === 0 && this.#tried >= HOPELESS_AFTER ? 'hopeless' : undefined
  }

  /** Each of the inputs that reach nothing new is kept with the same chance. */
  #keepSample(parent: Tried): void {
    this.#ordinary++
    if (this.#sample.length < MOST_SAMPLED) this.#sample.push(parent)
    else {
      const at = this.#random.int(0, this.#ordinary - 1)
      if (at < MOST_SAMPLED) this.#sample[at] = parent
    }
  }

  /** What the sanitizers make of the sample. Their builds could show what the others did not. */
  async #trySample(): Promise<Difference | undefined> {
    const verdicts = await this.#screenAll(this.#sample)
    for (const [index, results] of verdicts.entries()) {
      if (results === undefined) continue
      if (isDifference(results)) return { input: this.#sample[index]!.input, results }
      this.#clean++
    }
    return undefined
  }

  /** The simplest of the inputs that show a difference, as far as few steps lead. */
  async #shrink(found: Difference): Promise<Difference> {
    let simplest = found
    for (let step = 0; step < MOST_SHRINK_STEPS; step++) {
      const inputs = shrinkInput(this.#options.entryPoint, simplest.input).slice(0, BATCH)
      const runs = await this.#runAll(inputs.map((input) => ({ input })))
      const suspects = runs.filter(({ traces }) => {
        const results = resultsOf(traces)
        return results !== undefined && isDifference(results)
      })
      const verdicts = await this.#screenAll(suspects.slice(0, MOST_SHRINK_SCREENED))
      const at = verdicts.findIndex((results) => results !== undefined && isDifference(results))
      if (at < 0) return simplest
      simplest = { input: suspects[at]!.input, results: verdicts[at]! }
    }
    return simplest
  }

  // ---- running ----

  async #tryAll(attempts: readonly Attempt[]): Promise<Difference | undefined> {
    const suspects: Tried[] = []
    const gainful: (Tried & { readonly gain: 'edges' | 'closer' })[] = []
    const tentative = this.#frontier.copy()
    for (const [index, { input, traces }] of (await this.#runAll(attempts)).entries()) {
      this.#tried++
      attempts[index]!.onTraces?.(traces)
      this.#constants.learn(traces)
      const results = resultsOf(traces)
      if (results === undefined) {
        this.#countFailures(traces)
        continue
      }
      if (input.stdin !== '') this.#readsInput = true
      if (isDifference(results)) suspects.push({ input, traces })
      else {
        this.#agreed++
        const gain = tentative.gain(traces)
        if (gain === undefined) {
          this.#keepSample({ input, traces })
          continue
        }
        tentative.add(traces)
        gainful.push({ input, traces, gain })
      }
    }
    const verdicts = await this.#screenAll([...suspects, ...gainful])
    const differences = suspects.flatMap(({ input, traces }, index) => {
      const results = verdicts[index]
      if (results !== undefined && isDifference(results)) return [{ input, results }]
      this.#frontier.refuse(traces)
      return []
    })
    for (const [index, { gain, ...parent }] of gainful.entries()) {
      if (verdicts[suspects.length + index] === undefined) {
        this.#frontier.refuse(parent.traces)
        continue
      }
      this.#clean++
      this.#frontier.add(parent.traces)
      this.#parents.push(parent)
      ;(gain === 'edges' ? this.#urgent : this.#patient).push(this.#targeted(parent, gain === 'edges'))
    }
    return differences.sort((a, b) => sizeOf(a.input) - sizeOf(b.input))[0]
  }

  /** Both versions on all inputs; what one makes up is then given to the other. */
  async #runAll(attempts: readonly Attempt[]): Promise<Tried[]> {
    const inputs = attempts.map(({ input }) => input)
    const traces = [[], []] as [Explored[], Explored[]]
    for (const side of [0, 1] as const) {
      const made = [...attempts.keys()].filter((index) => attempts[index]!.explorer === side)
      if (made.length === 0) continue
      const explorations = made.map((index) => {
        const input = inputs[index]!
        return {
          seed: this.#random.bits(64),
          size: this.#random.int(0, SIZES - 1),
          dictionary: this.#constants.dictionary(),
          fuel: RUN_EDGES,
          call: input.kind === 'call' ? input : undefined,
          beginning: input.stdin,
        }
      })
      const explored = await this.#engine.explore(this.#sides[side].trace, explorations)
      for (const [position, index] of made.entries()) {
        traces[side][index] = explored[position]!
        inputs[index] = explored[position]!.input
      }
    }
    for (const side of [0, 1] as const) {
      const open = [...attempts.keys()].filter((index) => traces[side][index] === undefined)
      const replays = open.map((index) => ({ input: inputs[index]!, fuel: RUN_EDGES }))
      const replayed = replays.length === 0 ? [] : await this.#engine.replay(this.#sides[side].trace, replays)
      for (const [position, index] of open.entries()) traces[side][index] = replayed[position]!
    }
    return inputs.map((input, index) => {
      this.#seen.add(JSON.stringify(input))
      const both = [traces[0][index]!, traces[1][index]!] as const
      for (const [side, { coverage }] of both.entries()) {
        this.#edgesSpent += coverage?.edgesTaken ?? 0
        const total = coverage?.hits.length ?? 0
        if (total > this.#edgesTotal[side]!) this.#edgesTotal[side] = total
      }
      return { input, traces: both }
    })
  }

  #countFailures(traces: Traces): void {
    for (const [side, { outcome }] of traces.entries())
      if (outcome.kind !== 'ok') this.#countRefusal(side as 0 | 1, reasonOf(outcome, 'trace'))
  }

  #countRefusal(side: 0 | 1, { reason, detail }: { reason: string; detail: string }): void {
    const known = this.#refusals.get(`${side} ${reason}`)
    if (known === undefined) this.#refusals.set(`${side} ${reason}`, { side, reason, detail, count: 1 })
    else known.count++
  }

  /** The results of both where both are clean; the second is not asked where the first is not. */
  async #screenAll(
    some: readonly Tried[],
  ): Promise<(readonly [ObservedResult, ObservedResult] | undefined)[]> {
    const results = some.map((): ObservedResult[] => [])
    for (const side of [0, 1] as const) {
      const open = [...some.keys()].filter((index) => results[index]!.length === side)
      const screened = await this.#sides[side].screen(
        open.map((index) => ({
          input: some[index]!.input,
          edgesTaken: some[index]!.traces[side].coverage?.edgesTaken ?? RUN_EDGES,
        })),
      )
      for (const [position, verdict] of screened.entries()) {
        if (verdict.kind === 'clean') results[open[position]!]!.push(verdict.expected)
        else this.#countRefusal(side, verdict)
      }
    }
    return results.map(([a, b]) => (a === undefined || b === undefined ? undefined : [a, b]))
  }

  // ---- making inputs ----

  #firstAttempts(): Attempt[] {
    const { entryPoint } = this.#options
    if (entryPoint.kind === 'program') {
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

  #nextAttempts(): Attempt[] {
    const attempts: Attempt[] = []
    const left = Math.min(BATCH, this.#options.budget.inputs - this.#tried)
    // Half of the tries may be of what was tried before.
    for (let tries = 0; attempts.length < left && tries < 4 * BATCH; tries++) {
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
    return this.#nextOf(this.#urgent, latestFirst) ?? this.#nextOf(this.#patient, true)
  }

  #nextOf(queue: Iterator<AttemptOrLater>[], latestFirst: boolean): Attempt | undefined {
    for (const attempts of latestFirst ? queue.toReversed() : [...queue]) {
      const { value, done } = attempts.next()
      if (done === true) queue.splice(queue.indexOf(attempts), 1)
      else if (value !== 'later') return value
    }
    return undefined
  }

  #untargeted(): Attempt {
    const { entryPoint } = this.#options
    const random = this.#random
    const explorer = random.chance(0.5) ? 0 : 1
    if (this.#parents.length === 0 || random.chance(0.2)) {
      const input = this.#newCall(random.next()) ?? { kind: 'stdin', stdin: '' }
      return this.#readsInput ? { input, explorer } : { input }
    }
    // The latest got furthest.
    const parent = random.chance(0.4) ? random.pick(this.#parents.slice(-8)) : random.pick(this.#parents)
    const input = varyInput(entryPoint, parent.input, this.#constants.all(), random)
    return this.#readsInput && random.chance(0.4) ? { input, explorer } : { input }
  }

  #newCall(size: number): Input | undefined {
    const { entryPoint } = this.#options
    if (entryPoint.kind === 'program') return undefined
    const { integers, floats, texts } = this.#constants.all()
    const constants = [...integers.map(String), ...floats.filter(Number.isFinite).map(String), ...texts]
    return generateCall(entryPoint.plan, { seed: String(this.#random.bits(64)), size, constants, stdin: '' })
  }

  /** Probes of the parent, what follows from them, and, for the first ones, values at the limits. */
  *#targeted(parent: Tried, tookEdges: boolean): Generator<AttemptOrLater> {
    const { entryPoint, constants } = this.#options
    const { input, traces } = parent
    const probes: Probe[] = []
    for (const changed of targetTexts(entryPoint, input, traces)) yield { input: changed }
    if (this.#parents.indexOf(parent) < THOROUGH_PARENTS)
      for (const changed of boundaryInputs(entryPoint, input, this.#constants.all(), this.#random))
        yield { input: changed }
    yield* probePlaces(entryPoint, parent, probes, {
      thorough: tookEdges,
      constants: constants.integers,
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
