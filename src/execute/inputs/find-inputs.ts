/**
 * A coverage build of an original and its screen in, clean inputs with their results out, those first that reach
 * something new. Deterministic by seed: an input that is not clean has no say in anything, because what undefined
 * behaviour reaches, prints and takes is chance.
 */

import { createRandom, type Random } from '../../base/random.ts'
import { generateCall } from '../../call/inputs/generate-call.ts'
import { mutateCall } from '../../call/inputs/mutate-call.ts'
import type { CallInput, Input } from '../../records/input.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'
import type { CodeEngine, Coverage, Dictionary, Executable, Exploration } from '../code-engine.ts'
import { type CleanInput, reasonOf, type Screen, type ScreenedInput } from '../original/screen-original.ts'
import { CLEAN_EDGES, ORIGINAL_EDGES } from '../unit-limits.ts'
import { ReachedEdges } from './reached-edges.ts'
import { type Refusal, Refusals } from './refusals.ts'

export interface InputWish {
  readonly seed: string
  /** Inputs that are made up at the most. */
  readonly attempts: number
  readonly wanted: number
  readonly dictionary: Dictionary
}

export type FoundInputs =
  | {
      readonly kind: 'found'
      /** Short ones first: they are the witnesses that a person can read. */
      readonly inputs: readonly CleanInput[]
      readonly tried: number
      /** Of the unit's edges, how many the inputs reach together. */
      readonly edgesReached: number
      readonly edgesTotal: number
    }
  | ({ readonly kind: 'dropped' } & Refusal)

/** A run on a made-up input that ended well, clean or not. */
interface Attempt {
  readonly input: Input
  readonly edgesTaken: number
  readonly hits: Coverage['hits']
  readonly output: string
}

type CleanAttempt = Attempt & CleanInput

/** What became of a made-up input. */
type Made =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  | ({ readonly kind: 'failed' } & Pick<Refusal, 'reason' | 'detail'>)

/** Attempts without a clean input after which the rest would give none. */
const HOPELESS_AFTER = 24
/** The same for attempts of which none ends. */
const ENDLESS_AFTER = 8
const FIRST_BATCH = 8
const LATER_BATCH = 16
const SIZES = 10
/** One input that shows this is enough to drop the unit. */
const UNSTABLE = 'nondeterministic'

/** Attempts settled together; calls that reached something new serve as parents from the next batch on. */
function batchLength({ entryPoint }: Executable, tried: number): number {
  if (tried === 0) return FIRST_BATCH
  return entryPoint.kind === 'program' && tried > FIRST_BATCH ? Number.POSITIVE_INFINITY : LATER_BATCH
}

export function findInputs(
  engine: CodeEngine,
  cover: Executable,
  screen: Screen,
  wish: InputWish,
): Promise<FoundInputs> {
  return new InputSearch(engine, cover, screen, wish).run()
}

class InputSearch {
  readonly #engine: CodeEngine
  readonly #cover: Executable
  readonly #screen: Screen
  readonly #wish: InputWish
  readonly #random: Random
  readonly #seen = new Set<string>()
  readonly #verdicts = new Map<Attempt, ScreenedInput>()
  readonly #refusals = new Refusals()
  /** Of all that are in `#reachingNew`. */
  readonly #reached = new ReachedEdges()
  readonly #reachingNew: CleanAttempt[] = []
  /** What reaches nothing new, screened or not. */
  readonly #others: Attempt[] = []
  /** Made up already, for batches to come. */
  #ahead: Made[] = []
  #tried = 0
  #edgesTotal = 0
  /** Of all that are in `#reachingNew`. */
  #edgesSpent = 0

  constructor(engine: CodeEngine, cover: Executable, screen: Screen, wish: InputWish) {
    this.#engine = engine
    this.#cover = cover
    this.#screen = screen
    this.#wish = wish
    this.#random = createRandom(`inputs ${wish.seed}`)
  }

  async run(): Promise<FoundInputs> {
    while (this.#tried < this.#wish.attempts && !this.#isHopeless() && this.#edgesSpent <= CLEAN_EDGES) {
      await this.#settleAll(this.#newIn(await this.#takeBatch()))
      const unstable = this.#refusals.find(UNSTABLE)
      if (unstable !== undefined) return { ...unstable, kind: 'dropped', stage: 'screen-original' }
    }
    const clean = this.#reachingNew.slice(0, this.#wish.wanted)
    const unstable = await this.#fillUp(clean)
    if (unstable !== undefined) return unstable
    if (clean.length === 0) return { kind: 'dropped', ...this.#refusals.mostFrequent(this.#tried) }
    const edges = new ReachedEdges()
    for (const { hits } of clean) edges.add(hits)
    return {
      kind: 'found',
      inputs: clean
        .map(({ input, expected, edgesTaken }) => ({ input, expected, edgesTaken }))
        .sort((a, b) => inputSize(a.input) - inputSize(b.input)),
      tried: this.#tried,
      edgesReached: edges.count,
      edgesTotal: this.#edgesTotal,
    }
  }

  #isHopeless(): boolean {
    return (
      (this.#tried >= HOPELESS_AFTER && this.#reachingNew.length === 0) ||
      (this.#tried >= ENDLESS_AFTER &&
        this.#refusals.count === this.#tried &&
        this.#refusals.areAll('timeout'))
    )
  }

  async #takeBatch(): Promise<Made[]> {
    const { attempts } = this.#wish
    const length = Math.min(batchLength(this.#cover, this.#tried), attempts - this.#tried)
    await this.#makeUp(length - this.#ahead.length)
    // A program's inputs depend on nothing that was found before, and a request for all of them costs less.
    const isProgram = this.#cover.entryPoint.kind === 'program'
    if (isProgram && this.#ahead.some(({ kind }) => kind === 'attempt'))
      await this.#makeUp(attempts - this.#tried - this.#ahead.length)
    this.#tried += length
    return this.#ahead.splice(0, length)
  }

  /** Makes up that many inputs more, and runs them. */
  async #makeUp(count: number): Promise<void> {
    if (count <= 0) return
    const first = this.#tried + this.#ahead.length
    const explorations = Array.from({ length: count }, (_, index) => this.#explorationOf(first + index))
    for (const { outcome, coverage, input } of await this.#engine.explore(this.#cover, explorations)) {
      this.#edgesTotal = Math.max(this.#edgesTotal, coverage?.hits.length ?? 0)
      if (outcome.kind !== 'ok' || coverage === undefined) {
        this.#ahead.push({ kind: 'failed', ...failureOf(outcome) })
        continue
      }
      const { edgesTaken, hits } = coverage
      const output = `${outcome.exit}\n${outcome.effects}\n${outcome.stdout}`
      this.#ahead.push({ kind: 'attempt', attempt: { input, edgesTaken, hits, output } })
    }
  }

  /** Those that ended well on an input that is new. */
  #newIn(batch: readonly Made[]): Attempt[] {
    return batch.flatMap((made) => {
      if (made.kind === 'failed') {
        this.#refusals.add('input', { reason: made.reason, detail: made.detail })
        return []
      }
      const key = JSON.stringify(made.attempt.input)
      if (this.#seen.has(key)) return []
      this.#seen.add(key)
      return [made.attempt]
    })
  }

  /** Inputs grow with the number of attempts. */
  #explorationOf(attempt: number): Exploration {
    const { attempts, dictionary } = this.#wish
    const size = Math.floor((attempt * SIZES) / attempts)
    const call = makeCall(this.#cover, this.#reachingNew, dictionary, this.#random, size / SIZES, attempt)
    return { seed: this.#random.bits(64), size, dictionary, fuel: ORIGINAL_EDGES, call }
  }

  /** Puts attempts, in their order, where they belong; those that reach something new are screened first. */
  async #settleAll(made: readonly Attempt[]): Promise<void> {
    const ahead = this.#ahead.flatMap((one) => (one.kind === 'attempt' ? [one.attempt] : []))
    for (let isFirst = true, rest = made; rest.length > 0; isFirst = false) {
      // Most are clean: what reaches nothing new beside those before it is not screened. When they were not, all are.
      const wanted = isFirst ? this.#reached.newTogether([...rest, ...ahead]) : rest
      await this.#screenOnce([...wanted, ...this.#soonWanted(wanted, [...rest, ...ahead])])
      while (rest.length > 0 && this.#settle(rest[0]!)) rest = rest.slice(1)
    }
  }

  /** False if it reaches something new and nobody knows yet whether it is clean. */
  #settle(attempt: Attempt): boolean {
    if (!this.#reached.isNew(attempt.hits)) {
      this.#others.push(attempt)
      return true
    }
    const verdict = this.#verdicts.get(attempt)
    if (verdict === undefined) return false
    if (verdict.kind === 'clean') {
      this.#reachingNew.push({ ...attempt, expected: verdict.expected })
      this.#reached.add(attempt.hits)
      this.#edgesSpent += attempt.edgesTaken
    } else this.#refusals.add('screen-original', verdict)
    return true
  }

  /** When all are made up: those that will fill up, if all that reach something new are clean. One request more costs more. */
  #soonWanted(wanted: readonly Attempt[], rest: readonly Attempt[]): Attempt[] {
    if (this.#tried + this.#ahead.length < this.#wish.attempts) return []
    const taken = new Set([...this.#reachingNew, ...wanted].map(({ output }) => output))
    const missing = this.#wish.wanted - this.#reachingNew.length - wanted.length
    const soon: Attempt[] = []
    for (const attempt of [...this.#others, ...rest]) {
      if (soon.length >= missing) break
      if (taken.has(attempt.output)) continue
      taken.add(attempt.output)
      soon.push(attempt)
    }
    return soon
  }

  async #screenOnce(some: readonly Attempt[]): Promise<void> {
    const unknown = some.filter((attempt) => !this.#verdicts.has(attempt))
    if (unknown.length === 0) return
    for (const [index, verdict] of (await this.#screen(unknown)).entries())
      this.#verdicts.set(unknown[index]!, verdict)
  }

  /** Adds inputs that reach nothing new but give another output, until there are as many as wanted. */
  async #fillUp(clean: CleanAttempt[]): Promise<FoundInputs | undefined> {
    const { wanted } = this.#wish
    const others = [...this.#others]
    const outputs = new Set(clean.map(({ output }) => output))
    while (others.length > 0 && clean.length < wanted) {
      const batch: Attempt[] = []
      while (others.length > 0 && batch.length < wanted - clean.length) {
        const attempt = others.shift()!
        if (!outputs.has(attempt.output)) batch.push(attempt)
      }
      await this.#screenOnce(batch)
      for (const attempt of batch) {
        const verdict = this.#verdicts.get(attempt)!
        if (verdict.kind === 'refused') {
          if (verdict.reason === UNSTABLE) return { ...verdict, kind: 'dropped', stage: 'screen-original' }
        } else if (!outputs.has(attempt.output)) {
          outputs.add(attempt.output)
          clean.push({ ...attempt, expected: verdict.expected })
        }
      }
    }
    return undefined
  }
}

const inputSize = (input: Input) => JSON.stringify(input).length

const failureOf = (outcome: RunOutcome) =>
  // A run that ended well and left no coverage was cut off while it wrote it.
  outcome.kind === 'ok' ? { reason: 'crash', detail: 'left no coverage' } : reasonOf(outcome, 'cover')

/** Half of a function's later calls are variations of calls that reached something new. */
function makeCall(
  { entryPoint }: Executable,
  reachingNew: readonly CleanInput[],
  dictionary: Dictionary,
  random: Random,
  size: number,
  attempt: number,
): CallInput | undefined {
  if (entryPoint.kind === 'program') return undefined
  const seed = String(random.bits(64))
  const parents = reachingNew.filter(({ input }) => input.kind === 'call')
  const constants = [...dictionary.numbers, ...dictionary.words]
  if (attempt % 2 === 1 && parents.length > 0) {
    return mutateCall(entryPoint.plan, random.pick(parents).input as CallInput, seed, constants)
  }
  return generateCall(entryPoint.plan, { seed, size, constants, stdin: '' })
}
