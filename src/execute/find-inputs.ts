/**
 * A coverage build of an original in, inputs that it takes without trouble out, those first that reach something
 * new. Deterministic by seed. Whether they are clean is for the sanitizers to say (screen-original.ts).
 */
import { generateCall } from './call/generate-call.ts'
import { mutateCall } from './call/mutate-call.ts'
import type { Dictionary, Engine, Executable, Explored } from './engine.ts'
import type { CallInput, Input } from './input.ts'
import { EXPLORATION_EDGES, ORIGINAL_EDGES } from './limits.ts'
import { createRandom, type Random } from './random.ts'
import type { RunOutcome } from './run-outcome.ts'

export interface Candidate {
  readonly input: Input
  readonly edgesTaken: number
}

export interface FoundInputs {
  readonly candidates: readonly Candidate[]
  readonly tried: number
  /** Of the unit's edges, how many the candidates reach together. */
  readonly edgesReached: number
  readonly edgesTotal: number
  /** Outcomes of the attempts that gave no input, by kind. */
  readonly failures: ReadonlyMap<RunOutcome['kind'], number>
}

/** After so many attempts with nothing but failures the rest would not differ. */
const HOPELESS_AFTER = 12
/** Attempts made together; what one finds serves from the next batch on. */
const BATCH = 4
const SIZES = 10

export async function findInputs(
  engine: Engine,
  executable: Executable,
  options: { seed: string; attempts: number; wanted: number; dictionary: Dictionary },
): Promise<FoundInputs> {
  const random = createRandom(`inputs ${options.seed}`)
  const seen = new Set<string>()
  const reached = new Map<number, number>()
  const failures = new Map<RunOutcome['kind'], number>()
  const newEdges: Candidate[] = []
  const others: Candidate[] = []
  const outputs = new Set<string>()
  let tried = 0
  let edgesTotal = 0
  let edgesSpent = 0
  const isHopeless = () => tried >= HOPELESS_AFTER && seen.size === 0
  while (tried < options.attempts && !isHopeless() && edgesSpent <= EXPLORATION_EDGES) {
    const batch = Array.from({ length: Math.min(BATCH, options.attempts - tried) }, (_, index) => {
      const attempt = tried + index
      const size = Math.floor((attempt * SIZES) / options.attempts)
      const call = makeCall(executable, newEdges, options, random, size / SIZES, attempt)
      return { seed: random.bits(64), size, dictionary: options.dictionary, fuel: ORIGINAL_EDGES, call }
    })
    for (const explored of await engine.explore(executable, batch)) {
      tried++
      edgesTotal = Math.max(edgesTotal, explored.coverage?.hits.length ?? 0)
      edgesSpent += explored.coverage?.edgesTaken ?? 0
      if (explored.outcome.kind !== 'ok' || explored.coverage === undefined) {
        const kind = explored.outcome.kind === 'ok' ? 'signal' : explored.outcome.kind
        failures.set(kind, (failures.get(kind) ?? 0) + 1)
        continue
      }
      const key = JSON.stringify(explored.input)
      if (seen.has(key)) continue
      seen.add(key)
      const candidate = { input: explored.input, edgesTaken: explored.coverage.edgesTaken }
      const output = `${explored.outcome.exit}\n${explored.outcome.effects}\n${explored.outcome.stdout}`
      if (reachesNew(explored, reached)) newEdges.push(candidate)
      else if (!outputs.has(output)) others.push(candidate)
      outputs.add(output)
    }
  }
  return {
    candidates: [...newEdges, ...others].slice(0, options.wanted),
    tried,
    edgesReached: reached.size,
    edgesTotal,
    failures,
  }
}

/** Half of a function's later calls are variations of calls that reached something new. */
function makeCall(
  { calling }: Executable,
  newEdges: readonly Candidate[],
  { dictionary }: { dictionary: Dictionary },
  random: Random,
  size: number,
  attempt: number,
): CallInput | undefined {
  if (calling.kind === 'program') return undefined
  const seed = String(random.bits(64))
  const parents = newEdges.filter((candidate) => candidate.input.kind === 'call')
  const constants = [...dictionary.numbers, ...dictionary.words]
  if (attempt % 2 === 1 && parents.length > 0) {
    return mutateCall(calling.plan, random.pick(parents).input as CallInput, seed, constants)
  }
  return generateCall(calling.plan, {
    seed,
    size,
    constants,
    stdin: '',
  })
}

/** Records what the run reached: an edge for the first time, or more often than any run before. */
function reachesNew(explored: Explored, reached: Map<number, number>): boolean {
  let isNew = false
  explored.coverage!.hits.forEach((bucket, edge) => {
    if (bucket > (reached.get(edge) ?? 0)) {
      reached.set(edge, bucket)
      isNew = true
    }
  })
  return isNew
}
