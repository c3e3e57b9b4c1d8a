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
import type { CodeEngine, Coverage, Dictionary, Executable } from '../code-engine.ts'
import { type CleanInput, reasonOf, type Screen, type ScreenedInput } from '../original/screen-original.ts'
import { CLEAN_EDGES, ORIGINAL_EDGES } from '../unit-limits.ts'

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
  | {
      readonly kind: 'dropped'
      /** Whether it was refused by the plain run or by the screen. */
      readonly stage: 'input' | 'screen-original'
      readonly reason: string
      readonly detail: string
    }

/** A run on a made-up input that ended well, clean or not. */
interface Attempt {
  readonly input: Input
  readonly edgesTaken: number
  readonly hits: Coverage['hits']
  readonly output: string
}

/** Attempts without a clean input after which the rest would give none. */
const HOPELESS_AFTER = 24
/** The same for attempts of which none ends. */
const ENDLESS_AFTER = 8
const FIRST_BATCH = 8
const LATER_BATCH = 16
const SIZES = 10

/** Attempts made together; calls that reached something new serve as parents from the next batch on. */
function batchLength({ entryPoint }: Executable, tried: number): number {
  if (tried === 0) return FIRST_BATCH
  return entryPoint.kind === 'program' && tried > FIRST_BATCH ? Number.POSITIVE_INFINITY : LATER_BATCH
}

export async function findInputs(
  engine: CodeEngine,
  cover: Executable,
  screen: Screen,
  options: { seed: string; attempts: number; wanted: number; dictionary: Dictionary },
): Promise<FoundInputs> {
  const { attempts, wanted } = options
  const random = createRandom(`inputs ${options.seed}`)
  const seen = new Set<string>()
  const reached = new Map<number, number>()
  const refusals: { stage: 'input' | 'screen-original'; reason: string; detail: string }[] = []
  const reachingNew: (Attempt & CleanInput)[] = []
  const others: Attempt[] = []
  const verdicts = new Map<Attempt, ScreenedInput>()
  const screenOnce = async (some: readonly Attempt[]) => {
    const unknown = some.filter((attempt) => !verdicts.has(attempt))
    if (unknown.length === 0) return
    for (const [index, verdict] of (await screen(unknown)).entries()) verdicts.set(unknown[index]!, verdict)
  }
  let tried = 0
  let edgesTotal = 0
  let edgesSpent = 0
  /** False if it reaches something new and nobody knows yet whether it is clean. */
  const settle = (attempt: Attempt): boolean => {
    if (!reachesNew(attempt, reached)) {
      others.push(attempt)
      return true
    }
    const verdict = verdicts.get(attempt)
    if (verdict?.kind === 'clean') {
      reachingNew.push({ ...attempt, expected: verdict.expected })
      countHits(attempt, reached)
      edgesSpent += attempt.edgesTaken
    } else if (verdict !== undefined) refusals.push({ stage: 'screen-original', ...verdict })
    return verdict !== undefined
  }
  const isHopeless = () =>
    (tried >= HOPELESS_AFTER && reachingNew.length === 0) ||
    (tried >= ENDLESS_AFTER &&
      refusals.length === tried &&
      refusals.every(({ reason }) => reason === 'timeout'))
  while (tried < attempts && !isHopeless() && edgesSpent <= CLEAN_EDGES) {
    const length = Math.min(batchLength(cover, tried), attempts - tried)
    const batch = Array.from({ length }, (_, index) => {
      const attempt = tried + index
      const size = Math.floor((attempt * SIZES) / attempts)
      const call = makeCall(cover, reachingNew, options, random, size / SIZES, attempt)
      return { seed: random.bits(64), size, dictionary: options.dictionary, fuel: ORIGINAL_EDGES, call }
    })
    tried += batch.length
    const made: Attempt[] = []
    for (const { outcome, coverage, input } of await engine.explore(cover, batch)) {
      edgesTotal = Math.max(edgesTotal, coverage?.hits.length ?? 0)
      if (outcome.kind !== 'ok' || coverage === undefined) {
        refusals.push({ stage: 'input', ...failureOf(outcome) })
        continue
      }
      const key = JSON.stringify(input)
      if (seen.has(key)) continue
      seen.add(key)
      const output = `${outcome.exit}\n${outcome.effects}\n${outcome.stdout}`
      made.push({ input, edgesTaken: coverage.edgesTaken, hits: coverage.hits, output })
    }
    for (let isFirst = true, rest: readonly Attempt[] = made; rest.length > 0; isFirst = false) {
      // Most are clean: what reaches nothing new beside those before it is not screened. When they were not, all are.
      await screenOnce(isFirst ? reachingNewTogether(rest, reached) : rest)
      while (rest.length > 0 && settle(rest[0]!)) rest = rest.slice(1)
    }
    const unstable = refusals.find(({ reason }) => reason === 'nondeterministic')
    if (unstable !== undefined) return drop('screen-original', unstable)
  }

  const clean = reachingNew.slice(0, wanted)
  const outputs = new Set(clean.map(({ output }) => output))
  while (others.length > 0 && clean.length < wanted) {
    const batch: Attempt[] = []
    while (others.length > 0 && batch.length < wanted - clean.length) {
      const attempt = others.shift()!
      if (!outputs.has(attempt.output)) batch.push(attempt)
    }
    await screenOnce(batch)
    for (const attempt of batch) {
      const verdict = verdicts.get(attempt)!
      if (verdict.kind === 'refused') {
        if (verdict.reason === 'nondeterministic') return drop('screen-original', verdict)
      } else if (!outputs.has(attempt.output)) {
        outputs.add(attempt.output)
        clean.push({ ...attempt, expected: verdict.expected })
      }
    }
  }
  if (clean.length === 0) return mostFrequent(refusals, tried)
  const edges = new Map<number, number>()
  for (const attempt of clean) countHits(attempt, edges)
  return {
    kind: 'found',
    inputs: clean
      .map(({ input, expected, edgesTaken }) => ({ input, expected, edgesTaken }))
      .sort((a, b) => inputSize(a.input) - inputSize(b.input)),
    tried,
    edgesReached: edges.size,
    edgesTotal,
  }
}

const inputSize = (input: Input) => JSON.stringify(input).length

const failureOf = (outcome: RunOutcome) =>
  // A run that ended well and left no coverage was cut off while it wrote it.
  outcome.kind === 'ok' ? { reason: 'crash', detail: 'left no coverage' } : reasonOf(outcome, 'cover')

const drop = (
  stage: 'input' | 'screen-original',
  { reason, detail }: { reason: string; detail: string },
): FoundInputs => ({ kind: 'dropped', stage, reason, detail })

/** What the screen says comes first: it names the fault, where a plain run shows what came of it. */
function mostFrequent(
  refusals: readonly { stage: 'input' | 'screen-original'; reason: string; detail: string }[],
  tried: number,
): FoundInputs {
  const screened = refusals.filter(({ stage }) => stage === 'screen-original')
  const counts = new Map<string, number>()
  const of = screened.length > 0 ? screened : refusals
  for (const { reason } of of) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1])
  const first = of.find(({ reason }) => reason === most?.[0])
  if (first === undefined) return drop('input', { reason: 'no-input', detail: `${tried} inputs tried` })
  return drop(first.stage, { ...first, detail: first.detail || `${tried} inputs tried` })
}

/** Half of a function's later calls are variations of calls that reached something new. */
function makeCall(
  { entryPoint }: Executable,
  reachingNew: readonly CleanInput[],
  { dictionary }: { dictionary: Dictionary },
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
  return generateCall(entryPoint.plan, {
    seed,
    size,
    constants,
    stdin: '',
  })
}

/** Whether the run takes an edge for the first time, or more often than any clean run before. */
const reachesNew = ({ hits }: Attempt, reached: ReadonlyMap<number, number>): boolean =>
  hits.some((bucket, edge) => bucket > (reached.get(edge) ?? 0))

/** Those that would reach something new if all before them were clean. */
function reachingNewTogether(attempts: readonly Attempt[], reached: ReadonlyMap<number, number>): Attempt[] {
  const together = new Map(reached)
  return attempts.filter((attempt) => {
    const isNew = reachesNew(attempt, together)
    if (isNew) countHits(attempt, together)
    return isNew
  })
}

function countHits({ hits }: Attempt, reached: Map<number, number>): void {
  hits.forEach((bucket, edge) => {
    if (bucket > (reached.get(edge) ?? 0)) reached.set(edge, bucket)
  })
}
