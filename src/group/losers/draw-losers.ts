/**
 * Screened mutants in, a batch at a time, the group's losers among them out. Only one that may be chosen is compiled at
 * a loser's level; only one that is chosen is proven from its own code and IR.
 */

import { createRandom } from '../../base/random.ts'
import { canonicalIr } from '../../compile/canonical-ir.ts'
import { normalizeIr } from '../../compile/normalize-ir.ts'
import type { CodeEngine } from '../../execute/code-engine.ts'
import { unitCode } from '../../languages/languages.ts'
import { applyMutant } from '../../records/apply-mutant.ts'
import { chosenWinners } from '../../records/chosen-winners.ts'
import type { AstLoser, Loser, Winner } from '../../records/group-record.ts'
import type { Level } from '../../records/level.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { PoolEntry, Shown } from '../../records/pool-entry.ts'
import type { SyntaxNode } from '../../syntax/parse-c.ts'
import type { GroupTools } from '../group-tools.ts'
import { proveLosers, provenVerdict } from '../proofs/prove-losers.ts'
import type { RecordVerdict } from '../screen/record-verdict.ts'
import { editDepth } from './edit-depth.ts'
import { editDistance, lineDistance } from './edit-distance.ts'
import { loserDifficulty } from './loser-difficulty.ts'
import type { LoserSearch } from './loser-search.ts'
import { takeFirst } from './select-losers.ts'

/** A mutant as the loser that it would be in the group. */
interface Candidate {
  readonly entry: PoolEntry
  readonly loser: Loser
}

/** Draws losers for one group, of one class after the other; all that it gave count when it gives more. */
export interface LoserDrawing {
  /** As many as wanted, or all that there are. */
  draw(batches: AsyncIterable<readonly PoolEntry[]>, wanted: number): Promise<void>
  /** In the order in which they were proven. */
  readonly losers: readonly Loser[]
}

export function openLoserDrawing(
  tools: GroupTools,
  search: LoserSearch,
  recordVerdict: RecordVerdict,
): LoserDrawing {
  const drawLevel = levelDrawer(search)
  const takenIr = new Set(search.winners.map((winner) => canonicalIr(winner.ir)))
  const losers: Loser[] = []
  const drawn: PoolEntry[] = []
  const { order, unit, copies } = search
  let tree: SyntaxNode | undefined
  const depthOf = (mutant: Mutant) => {
    tree ??= tools.parse(unit.code)
    return editDepth(tree, mutant)
  }

  async function draw(batches: AsyncIterable<readonly PoolEntry[]>, wanted: number): Promise<void> {
    const source = batches[Symbol.asyncIterator]()
    const candidates: Candidate[] = []
    /** Screened, not yet compiled. */
    const ready: PoolEntry[] = []
    const end = losers.length + wanted
    while (losers.length < end) {
      const missing = end - losers.length
      while (candidates.length < Math.ceil(missing * search.candidatesPerLoser)) {
        const chosenSoFar = [...drawn, ...candidates.map((candidate) => candidate.entry)]
        const entry = takeFirst(ready, (one) => order.ofEntry(one, chosenSoFar))
        if (entry === undefined) {
          const batch = await source.next()
          if (batch.done) break
          ready.push(...batch.value)
          continue
        }
        const loser = await toLoser(tools.engine, search, entry, drawLevel, depthOf)
        if (loser === undefined) recordVerdict(entry.mutant, 'not-compiled')
        else if (takenIr.has(canonicalIr(loser.ir))) recordVerdict(entry.mutant, 'same-ir')
        else candidates.push({ entry, loser })
      }
      const chosen = takeCandidates(candidates, missing)
      if (chosen.length === 0) break
      const proofs = await proveLosers(
        tools,
        search,
        chosen.map(({ loser }) => loser),
        copies && ((chosenLosers) => copies(chosenLosers.map(({ mutant }) => mutant))),
      )
      for (const [index, { entry, loser }] of chosen.entries()) {
        const canonical = canonicalIr(loser.ir)
        const verdict = takenIr.has(canonical) ? 'same-ir' : proofs[index]!
        recordVerdict(entry.mutant, verdict)
        if (verdict !== provenVerdict(entry.class)) continue
        takenIr.add(canonical)
        losers.push(loser)
        drawn.push(entry)
      }
    }
    for (const entry of [...candidates.map((candidate) => candidate.entry), ...ready])
      recordVerdict(entry.mutant, `${provenVerdict(entry.class)}-unchosen`)
  }

  /** Removes and returns those to prove next. */
  function takeCandidates(candidates: Candidate[], count: number): Candidate[] {
    const taken: Candidate[] = []
    while (taken.length < count && candidates.length > 0) {
      const before = [...losers, ...taken.map(({ loser }) => loser)]
      taken.push(takeFirst(candidates, ({ loser }) => order.ofLoser(loser, before))!)
    }
    return taken
  }

  return { draw, losers }
}

/** Losers get their levels in turn from the group's winners, so that the level says nothing about the label. */
function levelDrawer({ winners, seed }: LoserSearch): () => Level {
  const random = createRandom(`levels ${seed}`)
  const chosen = chosenWinners(winners)
  let turn: typeof chosen = []
  return () => {
    if (turn.length === 0) turn = random.shuffle(chosen)
    return random.pick(turn.pop()!.winner.levels)
  }
}

/** The unit's edited code is compiled at the next level; an edited winner has the level that it had. */
async function toLoser(
  engine: CodeEngine,
  search: LoserSearch,
  entry: PoolEntry,
  drawLevel: () => Level,
  depthOf: (mutant: Mutant) => number,
): Promise<Loser | undefined> {
  const { unit, winners, inputs, seed } = search
  const { mutant } = entry
  if (entry.class === 'ast') {
    const code = applyMutant(unit.code, mutant)
    const level = drawLevel()
    const emitted = await engine.emitIr(unitCode({ ...unit, code }), level)
    if (emitted.kind !== 'ok') return undefined
    const ir = normalizeIr(emitted.stdout)
    const hardness = hardnessOf(winners, ir, entry.shownOn / inputs.length)
    const depth = depthOf(mutant)
    return { class: 'ast', mutant, code, ir, level, ...hardness, depth, ...witnessOf(entry, inputs) }
  }
  const { editedWinner, ir } = entry
  const level = createRandom(`level ${mutant.id} ${seed}`).pick(winners[editedWinner]!.levels)
  const shown = entry.class === 'malformed' ? 1 : entry.shownOn / inputs.length
  const common = { mutant, editedWinner, ir, level, ...hardnessOf(winners, ir, shown) }
  return entry.class === 'ir'
    ? { class: 'ir', ...common, ...witnessOf(entry, inputs) }
    : { class: 'malformed', ...common, message: entry.message }
}

const witnessOf = (
  { inputIndex, result, shownOn }: Shown,
  inputs: LoserSearch['inputs'],
): Pick<AstLoser, 'witness' | 'shownOn'> => ({
  witness: { inputIndex, original: inputs[inputIndex]!.expected, mutant: result },
  shownOn,
})

function hardnessOf(
  winners: readonly Winner[],
  ir: string,
  shown: number,
): Pick<Loser, 'difficulty' | 'nearestWinner' | 'distance'> {
  const lines = winners.map((winner) => (winner.chosen ? lineDistance(ir, winner.ir) : Infinity))
  const nearestWinner = lines.indexOf(Math.min(...lines))
  const distance = editDistance(ir, winners[nearestWinner]!.ir)
  return { difficulty: loserDifficulty(distance.tokens, shown), nearestWinner, distance }
}
