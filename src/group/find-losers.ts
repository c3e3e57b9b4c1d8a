/**
 * A unit with its proven winners in, proven losers out. The order of work is by cost: every mutant is screened at
 * O0 and stops at its first difference; only one that differs is run with the sanitizers; only one that is clean is
 * compiled at a loser's level; only one that is chosen is proven by running its own IR. Mutants go through this in
 * batches: a step is one call of the engine for all of them.
 */
import { canonicalIr } from '../compile/canonical-ir.ts'
import type { Level } from '../compile/level.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { Calling } from '../execute/calling.ts'
import type { Build, BuildResult, Engine, Executable } from '../execute/engine.ts'
import { mutantEdges } from '../execute/limits.ts'
import { createRandom } from '../execute/random.ts'
import { clearlyDifferent, type Result, resultOf, sameResult } from '../execute/same-result.ts'
import { type CleanInput, FILLS } from '../execute/screen-original.ts'
import type { Unit } from '../extract/unit.ts'
import { applyMutant } from '../mutate/apply-mutant.ts'
import { combineMutants } from '../mutate/combine-mutants.ts'
import type { Mutant } from '../mutate/mutant.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { editDistance } from './edit-distance.ts'
import type { Loser, MutantVerdict, MutantVerdictName, Winner } from './group-record.ts'

export interface LoserSearch {
  readonly unit: Unit
  readonly parse: (code: string) => SyntaxNode
  readonly calling: Calling
  readonly inputs: readonly CleanInput[]
  readonly winners: readonly Winner[]
  /** In the order in which they are to be tried. */
  readonly mutants: readonly Mutant[]
  readonly wanted: number
  readonly seed: string
}

export interface FoundLosers {
  readonly losers: readonly Loser[]
  readonly verdicts: readonly MutantVerdict[]
}

/** A mutant that differs at O0, with its IR at the level it would have in the group. */
interface Candidate {
  readonly mutant: Mutant
  readonly code: string
  readonly inputIndex: number
  readonly result: Result
  readonly ir: string
  readonly level: Level
  readonly difficulty: number
  readonly nearestWinner: number
}

/** So many candidates a wanted loser are compared, to have the hard ones among them. */
const CANDIDATES_PER_LOSER = 1.5
/** So many mutants a wanted loser are screened together; most that fall out are equal or undefined. */
const MUTANTS_PER_LOSER = 3

export async function findLosers(engine: Engine, search: LoserSearch): Promise<FoundLosers> {
  const { mutants, wanted } = search
  const verdicts = new Map<string, MutantVerdict>()
  const judge = (mutant: Mutant, verdict: MutantVerdictName) =>
    verdicts.set(mutant.id, { mutantId: mutant.id, operator: mutant.operator, verdict })
  const drawLevel = levelDrawer(search)
  const takenIr = new Set(search.winners.map((winner) => canonicalIr(winner.ir)))
  const losers: Loser[] = []
  const candidates: Candidate[] = []
  /** Screened, clean and different, not yet compiled. */
  const ready: { readonly mutant: Mutant; readonly screened: Screened & { kind: 'different' } }[] = []
  let next = 0
  while (losers.length < wanted) {
    while (candidates.length < Math.ceil((wanted - losers.length) * CANDIDATES_PER_LOSER)) {
      if (ready.length === 0) {
        const batch = mutants.slice(next, next + wanted * MUTANTS_PER_LOSER)
        if (batch.length === 0) break
        next += batch.length
        for (const [index, screened] of (await screenMutants(engine, search, batch)).entries()) {
          if (screened.kind === 'different') ready.push({ mutant: batch[index]!, screened })
          else judge(batch[index]!, screened.verdict)
        }
        continue
      }
      const { mutant, screened } = ready.shift()!
      const candidate = await compileCandidate(engine, search, mutant, screened, drawLevel())
      if (candidate === undefined) judge(mutant, 'not-compiled')
      else if (takenIr.has(canonicalIr(candidate.ir))) judge(mutant, 'same-ir')
      else candidates.push(candidate)
    }
    const chosen = takeHardest(candidates, losers, wanted - losers.length)
    if (chosen.length === 0) break
    const proofs = await proveIr(engine, search, chosen)
    for (const [index, candidate] of chosen.entries()) {
      const canonical = canonicalIr(candidate.ir)
      const verdict = takenIr.has(canonical) ? 'same-ir' : proofs[index]!
      judge(candidate.mutant, verdict)
      if (verdict !== 'different') continue
      takenIr.add(canonical)
      const { mutant, code, ir, level, difficulty, nearestWinner, inputIndex, result } = candidate
      const witness = { inputIndex, original: search.inputs[inputIndex]!.expected, mutant: result }
      losers.push({ mutant, code, ir, level, class: 'ast', difficulty, nearestWinner, witness })
    }
  }
  for (const { mutant } of [...candidates, ...ready]) judge(mutant, 'different-unchosen')
  return { losers, verdicts: [...verdicts.values()] }
}

/** Losers get their levels in turn from the group's winners, so that the level says nothing about the label. */
function levelDrawer({ winners, seed }: LoserSearch): () => Level {
  const random = createRandom(`levels ${seed}`)
  const chosen = winners.filter((winner) => winner.chosen)
  let turn: Winner[] = []
  return () => {
    if (turn.length === 0) turn = random.shuffle(chosen)
    return random.pick(turn.pop()!.levels)
  }
}

type Screened =
  | { readonly kind: 'different'; readonly inputIndex: number; readonly result: Result }
  | { readonly kind: 'refused'; readonly verdict: MutantVerdictName }

/** A mutant's own code, its result on one input, and how it is built. */
interface Claim {
  readonly inputIndex: number
  readonly result: Result
  readonly build: (build: Build) => Promise<BuildResult>
}

/**
 * For each mutant the first input on which it is clean and clearly differs. A run that does not end well, or differs
 * only through undefined behaviour, proves nothing, and the next input is tried: what such a run gives is chance, so
 * it must have no say in what is chosen.
 */
async function screenMutants(
  engine: Engine,
  search: LoserSearch,
  mutants: readonly Mutant[],
): Promise<Screened[]> {
  const { inputs } = search
  const builders = mutantBuilders(engine, search, mutants)
  const screened: Screened[] = mutants.map(() => ({ kind: 'refused', verdict: 'no-difference' }))
  const runs = inputs.map(({ input, expected, edgesTaken }) => ({
    input,
    expected,
    fill: FILLS[0],
    fuel: mutantEdges(edgesTaken),
  }))
  let open: { readonly index: number; readonly executable: Executable; next: number }[] = []
  for (const [index, build] of builders.entries()) {
    const built = await build('cover')
    if (built.kind === 'ok') open.push({ index, executable: built.executable, next: 0 })
    else screened[index] = { kind: 'refused', verdict: 'not-compiled' }
  }
  // Most show a clean difference at the first that there is; for the others all that are left are tried together.
  for (const stopAt of ['difference', 'never'] as const) {
    const outcomes = await engine.run(
      open.map(({ executable, next }) => ({ executable, runs: runs.slice(next), stopAt })),
    )
    const claims: (Claim & { readonly index: number })[] = []
    for (const [position, mutant] of open.entries()) {
      const { index } = mutant
      const refuse = (verdict: MutantVerdictName) => {
        screened[index] = { kind: 'refused', verdict }
      }
      for (const outcome of outcomes[position]!) {
        const inputIndex = mutant.next++
        const { expected } = inputs[inputIndex]!
        if (outcome.kind !== 'ok') refuse(outcome.kind === 'timeout' ? 'timeout' : 'crash')
        else if (clearlyDifferent(expected, outcome))
          claims.push({ index, inputIndex, result: resultOf(outcome), build: builders[index]! })
        else if (!sameResult(expected, outcome)) refuse('float-gap')
      }
    }
    const verdicts = await proveClean(engine, search, claims)
    for (const [position, { index, inputIndex, result }] of claims.entries()) {
      const verdict = verdicts[position]!
      if (screened[index]!.kind === 'different') continue
      screened[index] =
        verdict === 'different' ? { kind: 'different', inputIndex, result } : { kind: 'refused', verdict }
    }
    open = open.filter(({ index, next }) => screened[index]!.kind !== 'different' && next < runs.length)
    if (open.length === 0) break
  }
  return screened
}

/** How each mutant is built: all in one text where the engine gains by it and the text compiles, else alone. */
function mutantBuilders(
  engine: Engine,
  { unit, calling, parse }: LoserSearch,
  mutants: readonly Mutant[],
): ((build: Build) => Promise<BuildResult>)[] {
  const { standard } = unit
  const combined = engine.combinesMutants ? combineMutants(unit, mutants, parse) : undefined
  return mutants.map((mutant) => async (build) => {
    const selector = combined?.selectors.get(mutant.id)
    if (combined !== undefined && selector !== undefined) {
      const built = await engine.build({ text: combined.text, language: 'c', standard }, build, calling)
      if (built.kind === 'ok') return { kind: 'ok', executable: { ...built.executable, mutant: selector } }
    }
    return engine.build({ text: applyMutant(unit.code, mutant), language: 'c', standard }, build, calling)
  })
}

async function compileCandidate(
  engine: Engine,
  { unit, winners }: LoserSearch,
  mutant: Mutant,
  { inputIndex, result }: { inputIndex: number; result: Result },
  level: Level,
): Promise<Candidate | undefined> {
  const code = applyMutant(unit.code, mutant)
  const emitted = await engine.emitIr(code, unit.standard, level)
  if (emitted.kind !== 'ok') return undefined
  const ir = normalizeIr(emitted.stdout)
  const distances = winners.map((winner) => (winner.chosen ? editDistance(ir, winner.ir) : Infinity))
  const difficulty = Math.min(...distances)
  return {
    mutant,
    code,
    inputIndex,
    result,
    ir,
    level,
    difficulty,
    nearestWinner: distances.indexOf(difficulty),
  }
}

/** Removes and returns the next candidates: levels in balance first, then operators, then the smallest distance. */
function takeHardest(candidates: Candidate[], losers: readonly Loser[], count: number): Candidate[] {
  const taken: Candidate[] = []
  const levelUses = (level: Level) => [...losers, ...taken].filter((one) => one.level === level).length
  const operatorUses = (operator: string) =>
    [...losers, ...taken].filter(({ mutant }) => mutant.operator === operator).length
  while (taken.length < count && candidates.length > 0) {
    const ranks = candidates.map(({ level, mutant, difficulty }) => [
      levelUses(level),
      operatorUses(mutant.operator),
      difficulty,
    ])
    let best = 0
    for (const [index, rank] of ranks.entries()) if (isBefore(rank, ranks[best]!)) best = index
    taken.push(...candidates.splice(best, 1))
  }
  return taken
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

/** What a proof needs to know of the unit. */
type Ground = Pick<LoserSearch, 'unit' | 'calling' | 'inputs'>

/** Why the claims do not hold on a build of their own, each run once for each fill; `different` where they do. */
async function repeatResults(
  engine: Engine,
  { inputs }: Ground,
  claims: readonly Claim[],
  build: Build,
  fills: readonly number[],
): Promise<MutantVerdictName[]> {
  const builds: BuildResult[] = []
  for (const claim of claims) builds.push(await claim.build(build))
  const jobs = builds.flatMap((built, index) => {
    if (built.kind === 'rejected') return []
    const { input, edgesTaken } = inputs[claims[index]!.inputIndex]!
    const runs = fills.map((fill) => ({ input, fill, fuel: mutantEdges(edgesTaken) }))
    return [{ executable: built.executable, runs }]
  })
  const outcomes = (await engine.run(jobs)).values()
  return builds.map((built, index) => {
    if (built.kind === 'rejected') return 'not-compiled'
    for (const outcome of outcomes.next().value!) {
      if (outcome.kind !== 'ok') return failedProof(outcome.kind, build)
      if (!sameResult(claims[index]!.result, outcome))
        return build === 'plain' ? 'ir-disagrees' : 'nondeterministic'
    }
    return 'different'
  })
}

/** On its witness the mutant is clean and gives the same result under UBSan with ASan and under MSan. */
async function proveClean(
  engine: Engine,
  ground: Ground,
  claims: readonly Claim[],
): Promise<MutantVerdictName[]> {
  const verdicts = await repeatResults(engine, ground, claims, 'asan', [FILLS[0]])
  const open = [...claims.keys()].filter((index) => verdicts[index] === 'different')
  const left = open.map((index) => claims[index]!)
  for (const [position, verdict] of (await repeatResults(engine, ground, left, 'msan', [FILLS[1]])).entries())
    verdicts[open[position]!] = verdict
  return verdicts
}

/** The loser's own IR, in the stored text, gives the result too, twice, with different memory fill and address layout. */
function proveIr(
  engine: Engine,
  ground: Ground,
  losers: readonly Pick<Candidate, 'ir' | 'inputIndex' | 'result'>[],
): Promise<MutantVerdictName[]> {
  const { standard } = ground.unit
  const claims = losers.map(({ ir, inputIndex, result }) => ({
    inputIndex,
    result,
    build: (build: Build) => engine.build({ text: ir, language: 'ir', standard }, build, ground.calling),
  }))
  return repeatResults(engine, ground, claims, 'plain', FILLS)
}

/** Everything that makes a stored loser one, proven again from its own code and IR. */
export async function proveLoser(
  engine: Engine,
  ground: Ground,
  { code, ir, witness }: Pick<Loser, 'code' | 'ir' | 'witness'>,
): Promise<MutantVerdictName> {
  const { inputIndex, original, mutant: result } = witness
  const { expected } = ground.inputs[inputIndex]!
  if (!sameResult(expected, original) || !clearlyDifferent(expected, result)) return 'no-difference'
  const { standard } = ground.unit
  const claim: Claim = {
    inputIndex,
    result,
    build: (build) => engine.build({ text: code, language: 'c', standard }, build, ground.calling),
  }
  const [clean] = await proveClean(engine, ground, [claim])
  if (clean !== 'different') return clean!
  const [same] = await proveIr(engine, ground, [{ ir, inputIndex, result }])
  return same!
}

function failedProof(outcome: string, build: string): MutantVerdictName {
  if (outcome === 'sanitizer') return build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour'
  return outcome === 'timeout' ? 'timeout' : 'crash'
}
