/**
 * A unit with its proven winners in, proven losers out. The order of work is by cost: mutants are screened in batches,
 * a step being one call of the engine for all of them; only one that is clean and differs is compiled at a loser's
 * level; only one that is chosen is proven by running its own IR.
 */
import { canonicalIr } from '../compile/canonical-ir.ts'
import type { Level } from '../compile/level.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { Engine } from '../execute/engine.ts'
import { createRandom } from '../execute/random.ts'
import type { Result } from '../execute/same-result.ts'
import { applyMutant } from '../mutate/apply-mutant.ts'
import type { Mutant } from '../mutate/mutant.ts'
import { editDistance } from './edit-distance.ts'
import type { Loser, MutantVerdict, MutantVerdictName, Winner } from './group-record.ts'
import { proveIr } from './prove-losers.ts'
import { type Screened, type Screening, screenMutants } from './screen-mutants.ts'

export interface LoserSearch extends Screening {
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
