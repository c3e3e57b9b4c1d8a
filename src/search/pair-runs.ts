/** Attempts in; what both versions do on each, and what the sanitizers make of it, out. Counts what the runs cost. */
import type { Random } from '../base/random.ts'
import type { CodeEngine, Executable, Explored } from '../execute/code-engine.ts'
import { reasonOf, type Screen } from '../execute/original/screen-original.ts'
import type { Input } from '../records/input.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import type { Attempt, Tried } from './attempt.ts'
import type { Traces } from './frontier.ts'
import type { KnownConstants } from './known-constants.ts'

/** One of the two versions. */
export interface SearchSide {
  /** A `trace` build. */
  readonly trace: Executable
  readonly screen: Screen
}

export interface RefusedInputs {
  readonly side: 0 | 1
  readonly reason: string
  readonly detail: string
  readonly count: number
}

/** One run. An input on which either takes more is not usable. */
const RUN_EDGES = 400_000
/** Sizes that an exploration can have. */
const SIZES = 10
const SIDES = [0, 1] as const

export class PairRuns {
  readonly #engine: CodeEngine
  readonly #sides: readonly [SearchSide, SearchSide]
  readonly #constants: KnownConstants
  readonly #random: Random
  readonly #refusals = new Map<string, RefusedInputs>()
  readonly #edgesTotal: [number, number] = [0, 0]
  #edgesSpent = 0

  constructor(
    engine: CodeEngine,
    sides: readonly [SearchSide, SearchSide],
    constants: KnownConstants,
    random: Random,
  ) {
    this.#engine = engine
    this.#sides = sides
    this.#constants = constants
    this.#random = random
  }

  /** Of all runs together. */
  get edgesSpent(): number {
    return this.#edgesSpent
  }

  /** Of each version's code. */
  get edgesTotal(): readonly [number, number] {
    return this.#edgesTotal
  }

  /** Why inputs were not usable, the most frequent reason first. */
  refusals(): readonly RefusedInputs[] {
    return [...this.#refusals.values()].sort((a, b) => b.count - a.count)
  }

  /** Both versions on all inputs; what one makes up is then given to the other. */
  async runAll(attempts: readonly Attempt[]): Promise<Tried[]> {
    const inputs = attempts.map(({ input }) => input)
    const traces: [Explored[], Explored[]] = [[], []]
    for (const side of SIDES) await this.#explore(side, attempts, inputs, traces[side])
    for (const side of SIDES) await this.#replay(side, inputs, traces[side])
    return inputs.map((input, index) => {
      const both = [traces[0][index]!, traces[1][index]!] as const
      this.#countEdges(both)
      return { input, traces: both }
    })
  }

  /** Counts which version did not end well, and why. */
  countFailures(traces: Traces): void {
    for (const [side, { outcome }] of traces.entries())
      if (outcome.kind !== 'ok') this.#countRefusal(side as 0 | 1, reasonOf(outcome, 'trace'))
  }

  /** The results of both where both are clean; the second is not asked where the first is not. */
  async screenAll(
    some: readonly Tried[],
  ): Promise<(readonly [ObservedResult, ObservedResult] | undefined)[]> {
    const results = some.map((): ObservedResult[] => [])
    for (const side of SIDES) {
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

  /** Runs what this version is to make up, and puts what it made up in place of the inputs. */
  async #explore(
    side: 0 | 1,
    attempts: readonly Attempt[],
    inputs: Input[],
    traces: Explored[],
  ): Promise<void> {
    const made = [...attempts.keys()].filter((index) => attempts[index]!.explorer === side)
    if (made.length === 0) return
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
      traces[index] = explored[position]!
      inputs[index] = explored[position]!.input
    }
  }

  /** Runs the inputs that this version has not run yet. */
  async #replay(side: 0 | 1, inputs: readonly Input[], traces: Explored[]): Promise<void> {
    const open = [...inputs.keys()].filter((index) => traces[index] === undefined)
    if (open.length === 0) return
    const replays = open.map((index) => ({ input: inputs[index]!, fuel: RUN_EDGES }))
    const replayed = await this.#engine.replay(this.#sides[side].trace, replays)
    for (const [position, index] of open.entries()) traces[index] = replayed[position]!
  }

  #countEdges(traces: Traces): void {
    for (const [side, { coverage }] of traces.entries()) {
      this.#edgesSpent += coverage?.edgesTaken ?? 0
      const total = coverage?.hits.length ?? 0
      if (total > this.#edgesTotal[side]!) this.#edgesTotal[side] = total
    }
  }

  #countRefusal(side: 0 | 1, { reason, detail }: { reason: string; detail: string }): void {
    const key = `${side} ${reason}`
    const known = this.#refusals.get(key)
    this.#refusals.set(key, known ? { ...known, count: known.count + 1 } : { side, reason, detail, count: 1 })
  }
}
