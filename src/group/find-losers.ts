/**
 * A unit with its proven winners in, proven losers out. The order of work is by cost: every mutant is screened at
 * O0 and stops at its first difference; only one that differs is built with the sanitizers; only one that is clean
 * is compiled at a loser's level; only one that is chosen is proven by running its own IR.
 */
import { canonicalIr } from '../compile/canonical-ir.ts'
import type { Level } from '../compile/level.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { Calling } from '../execute/calling.ts'
import type { Build, Code, Engine } from '../execute/engine.ts'
import { mutantEdges } from '../execute/limits.ts'
import { createRandom } from '../execute/random.ts'
import { clearlyDifferent, type Result, resultOf, sameResult } from '../execute/same-result.ts'
import { type CleanInput, FILLS } from '../execute/screen-original.ts'
import type { Unit } from '../extract/unit.ts'
import { applyMutant } from '../mutate/apply-mutant.ts'
import type { Mutant } from '../mutate/mutant.ts'
import { editDistance } from './edit-distance.ts'
import type { Loser, MutantVerdict, MutantVerdictName, Winner } from './group-record.ts'

export interface LoserSearch {
  readonly unit: Unit
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
const CANDIDATES_PER_LOSER = 2

export async function findLosers(engine: Engine, search: LoserSearch): Promise<FoundLosers> {
  const { mutants, wanted } = search
  const verdicts = new Map<string, MutantVerdict>()
  const judge = (mutant: Mutant, verdict: MutantVerdictName) =>
    verdicts.set(mutant.id, { mutantId: mutant.id, operator: mutant.operator, verdict })
  const drawLevel = levelDrawer(search)
  const takenIr = new Set(search.winners.map((winner) => canonicalIr(winner.ir)))
  const losers: Loser[] = []
  const candidates: Candidate[] = []
  let next = 0
  while (losers.length < wanted) {
    while (next < mutants.length && candidates.length < (wanted - losers.length) * CANDIDATES_PER_LOSER) {
      const mutant = mutants[next++]!
      const screened = await screenMutant(engine, search, mutant)
      if (screened.kind !== 'different') {
        judge(mutant, screened.verdict)
        continue
      }
      const candidate = await compileCandidate(engine, search, mutant, screened, drawLevel())
      if (candidate === undefined) judge(mutant, 'not-compiled')
      else if (takenIr.has(canonicalIr(candidate.ir))) judge(mutant, 'same-ir')
      else candidates.push(candidate)
    }
    const chosen = takeHardest(candidates, losers)
    if (chosen === undefined) break
    const canonical = canonicalIr(chosen.ir)
    const verdict = takenIr.has(canonical) ? 'same-ir' : await proveIr(engine, search, chosen)
    judge(chosen.mutant, verdict)
    if (verdict !== 'different') continue
    takenIr.add(canonical)
    const { mutant, code, ir, level, difficulty, nearestWinner, inputIndex, result } = chosen
    const witness = { inputIndex, original: search.inputs[inputIndex]!.expected, mutant: result }
    losers.push({ mutant, code, ir, level, class: 'ast', difficulty, nearestWinner, witness })
  }
  for (const candidate of candidates) judge(candidate.mutant, 'different-unchosen')
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

/**
 * The first input on which the mutant is clean and clearly differs. A run that does not end well, or differs only
 * through undefined behaviour, proves nothing, and the next input is tried: what such a run gives is chance, so it
 * must have no say in what is chosen.
 */
async function screenMutant(
  engine: Engine,
  { unit, calling, inputs }: LoserSearch,
  mutant: Mutant,
): Promise<Screened> {
  const text = applyMutant(unit.code, mutant)
  const code = { text, language: 'c', standard: unit.standard } as const
  const built = await engine.build(code, 'cover', calling)
  if (built.kind === 'rejected') return { kind: 'refused', verdict: 'not-compiled' }
  let verdict: MutantVerdictName = 'no-difference'
  for (let next = 0; next < inputs.length; ) {
    const runs = inputs.slice(next).map(({ input, expected, edgesTaken }) => ({
      input,
      expected,
      fill: FILLS[0],
      fuel: mutantEdges(edgesTaken),
    }))
    for (const outcome of await engine.run(built.executable, runs, 'difference')) {
      const inputIndex = next++
      const { expected } = inputs[inputIndex]!
      if (outcome.kind !== 'ok') verdict = outcome.kind === 'timeout' ? 'timeout' : 'crash'
      else if (clearlyDifferent(expected, outcome)) {
        const result = resultOf(outcome)
        verdict = await proveClean(engine, { unit, calling, inputs }, { code: text, inputIndex, result })
        if (verdict === 'different') return { kind: 'different', inputIndex, result }
      } else if (!sameResult(expected, outcome) && verdict === 'no-difference') verdict = 'float-gap'
    }
  }
  return { kind: 'refused', verdict }
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

/** Removes and returns the next candidate: levels in balance first, then operators, then the smallest distance. */
function takeHardest(candidates: Candidate[], losers: readonly Loser[]): Candidate | undefined {
  const levelUses = (level: Level) => losers.filter((loser) => loser.level === level).length
  const operatorUses = (operator: string) =>
    losers.filter((loser) => loser.mutant.operator === operator).length
  const rank = (candidate: Candidate) =>
    [levelUses(candidate.level), operatorUses(candidate.mutant.operator), candidate.difficulty] as const
  let best: { index: number; rank: readonly number[] } | undefined
  for (const [index, candidate] of candidates.entries()) {
    const candidateRank = rank(candidate)
    if (best === undefined || isBefore(candidateRank, best.rank)) best = { index, rank: candidateRank }
  }
  return best && candidates.splice(best.index, 1)[0]
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && a[at]! < b[at]!
}

type Proofs = readonly { readonly code: Code; readonly build: Build; readonly fills: readonly number[] }[]

/** What a proof needs to know of the unit. */
type Ground = Pick<LoserSearch, 'unit' | 'calling' | 'inputs'>

async function repeatResult(
  engine: Engine,
  { calling, inputs }: Ground,
  { inputIndex, result }: Pick<Candidate, 'inputIndex' | 'result'>,
  proofs: Proofs,
): Promise<MutantVerdictName> {
  const { input, edgesTaken } = inputs[inputIndex]!
  const fuel = mutantEdges(edgesTaken)
  for (const { code, build, fills } of proofs) {
    const built = await engine.build(code, build, calling)
    if (built.kind === 'rejected') return 'not-compiled'
    const runs = fills.map((fill) => ({ input, fill, fuel }))
    for (const outcome of await engine.run(built.executable, runs)) {
      if (outcome.kind !== 'ok') return failedProof(outcome.kind, build)
      if (!sameResult(result, outcome)) return build === 'plain' ? 'ir-disagrees' : 'nondeterministic'
    }
  }
  return 'different'
}

/** On its witness the mutant is clean and gives the same result under UBSan with ASan and under MSan. */
function proveClean(
  engine: Engine,
  ground: Ground,
  claim: Pick<Candidate, 'code' | 'inputIndex' | 'result'>,
): Promise<MutantVerdictName> {
  const code = { text: claim.code, language: 'c', standard: ground.unit.standard } as const
  return repeatResult(engine, ground, claim, [
    { code, build: 'asan', fills: [FILLS[0]] },
    { code, build: 'msan', fills: [FILLS[1]] },
  ])
}

/** The loser's own IR, in the stored text, gives the result too, twice, with different memory fill and address layout. */
function proveIr(
  engine: Engine,
  ground: Ground,
  claim: Pick<Candidate, 'ir' | 'inputIndex' | 'result'>,
): Promise<MutantVerdictName> {
  const code = { text: claim.ir, language: 'ir', standard: ground.unit.standard } as const
  return repeatResult(engine, ground, claim, [{ code, build: 'plain', fills: FILLS }])
}

/** Everything that makes a stored loser one, proven again. */
export async function proveLoser(
  engine: Engine,
  search: Ground,
  { code, ir, witness }: Pick<Loser, 'code' | 'ir' | 'witness'>,
): Promise<MutantVerdictName> {
  const { inputIndex, original, mutant } = witness
  const { expected } = search.inputs[inputIndex]!
  if (!sameResult(expected, original) || !clearlyDifferent(expected, mutant)) return 'no-difference'
  const claim = { code, ir, inputIndex, result: mutant }
  const clean = await proveClean(engine, search, claim)
  return clean === 'different' ? proveIr(engine, search, claim) : clean
}

function failedProof(outcome: string, build: string): MutantVerdictName {
  if (outcome === 'sanitizer') return build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour'
  return outcome === 'timeout' ? 'timeout' : 'crash'
}
