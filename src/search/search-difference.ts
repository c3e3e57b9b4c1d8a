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

import { createRandom } from '../base/random.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import type { Input } from '../records/input.ts'
import type { ObservedResult } from '../records/observed-result.ts'
import type { Attempt, Tried } from './attempt.ts'
import { isDifference, resultsOf } from './compare-results.ts'
import type { IrConstants } from './find-ir-constants.ts'
import { Frontier } from './frontier.ts'
import { KnownConstants } from './known-constants.ts'
import { PairRuns, type RefusedInputs, type SearchSide } from './pair-runs.ts'
import { Sample } from './sample.ts'
import { BATCH, Schedule } from './schedule.ts'
import { shrinkInput, sizeOf } from './shrink-input.ts'

export interface SearchBudget {
  /** Inputs tried. */
  readonly inputs: number
  /** Edges that all runs may take together. */
  readonly edges: number
  /** performance.now() of the end; undefined for none. */
  readonly deadlineMs?: number | undefined
  /** Raised: the search is rejected with its reason, between two batches. */
  readonly signal?: AbortSignal | undefined
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
  /**
   * Of those, how many the sanitizers have found clean in both: they are asked about all that reached something new, and
   * about some of the rest.
   */
  readonly clean: number
  readonly edgesReached: readonly [number, number]
  readonly edgesTotal: readonly [number, number]
  /** Why inputs were not usable, the most frequent reason first. */
  readonly refusals: readonly RefusedInputs[]
  readonly stoppedBy: 'difference' | 'inputs' | 'edges' | 'time' | 'hopeless'
}

/** What a budget allows for each input, all runs on it together; 1000 inputs are about three seconds of running. */
export const EDGES_PER_INPUT = 60_000
/** Inputs without a usable one among them after which the search gives up. */
const HOPELESS_AFTER = 240
/** Inputs that reach nothing new and are screened all the same. */
const MOST_SAMPLED = 150
const MOST_SHRINK_STEPS = 12
const MOST_SHRINK_SCREENED = 8

export function searchDifference(
  engine: CodeEngine,
  sides: readonly [SearchSide, SearchSide],
  options: SearchOptions,
): Promise<Searched> {
  return new DifferenceSearch(engine, sides, options).run()
}

/** What a batch gave: inputs that got further, and inputs whose results differ, clean or not. */
interface Gleaned {
  readonly suspects: readonly Tried[]
  readonly gainful: readonly (Tried & { readonly gain: 'edges' | 'closer' })[]
}

class DifferenceSearch {
  readonly #options: SearchOptions
  readonly #constants: KnownConstants
  readonly #runs: PairRuns
  readonly #schedule: Schedule
  readonly #frontier = new Frontier()
  /** Of the inputs that reach nothing new. */
  readonly #sample: Sample<Tried>
  #tried = 0
  #agreed = 0
  #clean = 0

  constructor(engine: CodeEngine, sides: readonly [SearchSide, SearchSide], options: SearchOptions) {
    const random = createRandom(`difference ${options.seed}`)
    this.#options = options
    this.#constants = new KnownConstants(options.constants)
    this.#runs = new PairRuns(engine, sides, this.#constants, random)
    this.#schedule = new Schedule(options.entryPoint, this.#constants, random)
    this.#sample = new Sample(random, MOST_SAMPLED)
  }

  async run(): Promise<Searched> {
    let difference: Difference | undefined
    let attempts = this.#schedule.first()
    let stoppedBy: Searched['stoppedBy'] | undefined
    while (stoppedBy === undefined) {
      difference = await this.#tryAll(attempts)
      stoppedBy = difference === undefined ? this.#reasonToStop() : 'difference'
      if (stoppedBy !== undefined) break
      attempts = this.#schedule.next(this.#options.budget.inputs - this.#tried)
      if (attempts.length === 0) stoppedBy = 'inputs'
    }
    difference ??= await this.#trySample()
    return {
      difference: difference && (await this.#shrink(difference)),
      tried: this.#tried,
      agreed: this.#agreed,
      clean: this.#clean,
      edgesReached: [this.#frontier.edgesReached(0), this.#frontier.edgesReached(1)],
      edgesTotal: this.#runs.edgesTotal,
      refusals: this.#runs.refusals(),
      stoppedBy,
    }
  }

  #reasonToStop(): Searched['stoppedBy'] | undefined {
    const { inputs, edges, deadlineMs, signal } = this.#options.budget
    signal?.throwIfAborted()
    if (this.#tried >= inputs) return 'inputs'
    if (this.#runs.edgesSpent >= edges) return 'edges'
    if (deadlineMs !== undefined && performance.now() >= deadlineMs) return 'time'
    return this.#clean === 0 && this.#tried >= HOPELESS_AFTER ? 'hopeless' : undefined
  }

  /** The simplest input of the batch on which the versions differ; the others are kept for what they reached. */
  async #tryAll(attempts: readonly Attempt[]): Promise<Difference | undefined> {
    const { suspects, gainful } = this.#glean(attempts, await this.#runs.runAll(attempts))
    const verdicts = await this.#runs.screenAll([...suspects, ...gainful])
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
      this.#schedule.addParent(parent, gain)
    }
    return differences.sort((a, b) => sizeOf(a.input) - sizeOf(b.input))[0]
  }

  #glean(attempts: readonly Attempt[], runs: readonly Tried[]): Gleaned {
    const suspects: Tried[] = []
    const gainful: (Tried & { readonly gain: 'edges' | 'closer' })[] = []
    // What inputs of this batch reach counts for those behind them; whether it holds is only known when all are screened.
    const tentative = this.#frontier.copy()
    for (const [index, tried] of runs.entries()) {
      const { input, traces } = tried
      this.#tried++
      this.#schedule.noteTried(input)
      attempts[index]!.onTraces?.(traces)
      this.#constants.learn(traces)
      const results = resultsOf(traces)
      if (results === undefined) {
        this.#runs.countFailures(traces)
        continue
      }
      this.#schedule.noteUsable(input)
      if (isDifference(results)) {
        suspects.push(tried)
        continue
      }
      this.#agreed++
      const gain = tentative.gain(traces)
      if (gain === undefined) {
        this.#sample.offer(tried)
        continue
      }
      tentative.add(traces)
      gainful.push({ input, traces, gain })
    }
    return { suspects, gainful }
  }

  /** What the sanitizers make of the sample. Their builds could show what the others did not. */
  async #trySample(): Promise<Difference | undefined> {
    const { items } = this.#sample
    for (const [index, results] of (await this.#runs.screenAll(items)).entries()) {
      if (results === undefined) continue
      if (isDifference(results)) return { input: items[index]!.input, results }
      this.#clean++
    }
    return undefined
  }

  /** The simplest of the inputs that show a difference, as far as few steps lead. */
  async #shrink(found: Difference): Promise<Difference> {
    let simplest = found
    for (let step = 0; step < MOST_SHRINK_STEPS; step++) {
      const inputs = shrinkInput(this.#options.entryPoint, simplest.input).slice(0, BATCH)
      const runs = await this.#runs.runAll(inputs.map((input) => ({ input })))
      const suspects = runs.filter(({ traces }) => {
        const results = resultsOf(traces)
        return results !== undefined && isDifference(results)
      })
      const verdicts = await this.#runs.screenAll(suspects.slice(0, MOST_SHRINK_SCREENED))
      const at = verdicts.findIndex((results) => results !== undefined && isDifference(results))
      if (at < 0) return simplest
      simplest = { input: suspects[at]!.input, results: verdicts[at]! }
    }
    return simplest
  }
}
