/**
 * One unit in, its group or the reason why there is none out. The folders beside this file are the way: `subject` opens
 * the unit, `screen` finds mutants that could be losers, `proofs` proves winners and losers, `losers` chooses.
 * The result depends on the unit, the settings and the tools alone, never on what ran before or runs beside it.
 */

import { createRandom } from '../base/random.ts'
import { SandboxFailure } from '../execute/outcome/sandbox-failure.ts'
import { mutantEdges } from '../execute/unit-limits.ts'
import { languageOf } from '../languages/languages.ts'
import { chooseMutants } from '../mutate/choose-mutants.ts'
import { groupId } from '../records/group-id.ts'
import type { GroupRecord, MutantVerdict, UnitOutcome, UnitResult, Winner } from '../records/group-record.ts'
import type { CallInput } from '../records/input.ts'
import type { Level } from '../records/level.ts'
import type { Mutant } from '../records/mutant.ts'
import type { AstEntry, PoolEntry } from '../records/pool-entry.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import { type Dropped, drop } from './drop.ts'
import type { GroupTools } from './group-tools.ts'
import { type Candidates, drawOrder, takeCandidates } from './losers/candidates.ts'
import { findLosers } from './losers/find-losers.ts'
import { type ClassShares, loserQuotas } from './losers/loser-quotas.ts'
import { CANDIDATES_PER_LOSER } from './losers/loser-search.ts'
import { type LoserOrder, type LoserSelection, loserOrder } from './losers/select-losers.ts'
import { type ProvenWinner, proveWinners } from './proofs/prove-winners.ts'
import { MUTANTS_PER_BATCH, MUTANTS_PER_LOSER } from './screen/batch-sizes.ts'
import { findAstEntries } from './screen/find-ast-entries.ts'
import { KnownRuns } from './screen/known-runs.ts'
import { openMutantBuilders } from './screen/mutant-builders.ts'
import type { RecordVerdict } from './screen/record-verdict.ts'
import type { Screening } from './screen/screen-mutants.ts'
import { openSubject, type Subject } from './subject/open-subject.ts'
import { openUnit } from './subject/open-unit.ts'
import { unedited } from './subject/unedited.ts'
import { type Timed, timeStages } from './time-stages.ts'

export interface GroupSettings {
  readonly levels: readonly Level[]
  readonly winners: number
  readonly losers: number
  /** What part of them is edited C, edited IR, malformed IR. */
  readonly classes: ClassShares
  /** Which of those that could be losers come first. */
  readonly select: LoserSelection
  /**
   * What a group may be about: `any` of the unit and its mutants, or the `unit` alone. A group about a mutant has the
   * unit among its losers; so style does not tell winners from losers.
   */
  readonly subject: 'any' | 'unit'
  readonly minWinners: number
  readonly minLosers: number
  readonly inputs: number
  readonly seed: number
}

export interface GroupTask {
  readonly unit: Unit
  readonly split: Split
  readonly settings: GroupSettings
}

export async function buildGroup(
  tools: GroupTools,
  { unit, split, settings }: GroupTask,
): Promise<UnitOutcome> {
  const { timed, timings, current } = timeStages('compile')
  try {
    return { unit, result: await groupResult(tools, unit, split, settings, timed), timings }
  } catch (error) {
    if (!(error instanceof SandboxFailure)) throw error
    return { unit, result: drop(current(), 'sandbox-error', error.message), timings }
  } finally {
    await tools.engine.releaseAll()
  }
}

async function groupResult(
  tools: GroupTools,
  unit: Unit,
  split: Split,
  settings: GroupSettings,
  timed: Timed,
): Promise<UnitResult> {
  const { engine, parse } = tools
  const seed = `${settings.seed} ${unit.id}`
  const opened = await openUnit(engine, unit, { wanted: settings.inputs, seed }, timed)
  if (opened.kind === 'dropped') return opened
  const { entryPoint, unitSubject, inputsTried } = opened

  const { classes } = settings
  const mutants =
    classes.ast > 0 ? await timed('mutate', async () => languageOf(unit).mutateUnit(unit, parse)) : []
  const onlyAst = classes.ir === 0 && classes.malformed === 0
  if (onlyAst && mutants.length < settings.minLosers)
    return drop('mutate', 'too-few-mutants', `${mutants.length}`)
  const work: Work = {
    unit,
    entryPoint,
    builders: openMutantBuilders(engine, unit, entryPoint, parse, 'beside'),
    copies: openMutantBuilders(engine, unit, entryPoint, parse, 'copies'),
    known: settings.subject === 'any' ? new Map([[unedited(unit).id, runsOfUnit(unitSubject)]]) : undefined,
    mutants: chooseMutants(mutants, {
      count: settings.losers * MUTANTS_PER_LOSER,
      seed: settings.seed,
    }),
    order: loserOrder(settings.select, seed),
    seed,
    verdicts: new Map(),
    recordVerdict: ({ id, operator }, verdict) => work.verdicts.set(id, { mutantId: id, operator, verdict }),
  }
  const screened = findAstEntries(
    engine,
    { ...work, inputs: unitSubject.inputs },
    work.mutants,
    settings.losers * MUTANTS_PER_BATCH,
    work.recordVerdict,
  )
  const size = settings.subject === 'any' ? loserQuotas(classes, settings.losers, seed).ast : 0
  const candidates = await timed('losers', () => takeCandidates(screened, size, work.order))
  for (const { mutant } of [...candidates.mutants, ...candidates.others])
    work.recordVerdict(mutant, 'different-unchosen')

  let dropped: UnitResult | undefined
  for (const mutant of drawOrder(candidates, seed)) {
    const subject =
      mutant &&
      (await timed('input', () =>
        openSubject(engine, unit, entryPoint, unitSubject.inputs, mutant, work.copies([mutant])[0]!),
      ))
    if (mutant && !subject) continue
    const loserCandidates = subject
      ? screenAgain(tools, work, candidates, subject, settings)
      : inCandidateOrder(candidates, screened)
    const result = await groupAbout(tools, work, subject ?? unitSubject, loserCandidates, settings, timed)
    if (result.kind === 'group') {
      const contents = { ...result.group, split, inputsTried }
      return { ...result, group: { ...contents, id: groupId(unit.id, contents) } }
    }
    if (!subject) dropped = result
  }
  return dropped!
}

/** The unit among the losers of another subject: what it does was found out when its inputs were. */
function runsOfUnit({ inputs }: Subject): KnownRuns {
  const known = new KnownRuns()
  for (const { input, expected, edgesTaken } of inputs) {
    known.keepRun(input, mutantEdges(edgesTaken), { kind: 'ok', ...expected, cpuMs: 0, edgesTaken })
    known.keepProof(input, expected, 'different')
  }
  return known
}

/** What all groups that a unit could have share. */
interface Work extends Omit<Screening, 'inputs'> {
  readonly mutants: readonly Mutant[]
  readonly order: LoserOrder
  readonly seed: string
  readonly verdicts: Map<string, MutantVerdict>
  readonly recordVerdict: RecordVerdict
}

/** The candidates first, then whatever else differs from the unit. */
async function* inCandidateOrder(
  { mutants, others }: Candidates,
  rest: AsyncIterable<readonly AstEntry[]>,
): AsyncGenerator<readonly AstEntry[]> {
  if (mutants.length > 0) yield mutants
  if (others.length > 0) yield others
  yield* rest
}

/** The same for a group about one of the mutants: against its results, and with the unit among the others. */
async function* screenAgain(
  { engine }: GroupTools,
  work: Work,
  candidates: Candidates,
  subject: Subject,
  settings: GroupSettings,
): AsyncGenerator<readonly AstEntry[]> {
  const proofContext = { ...work, inputs: subject.inputs }
  const relatives = [unedited(work.unit), ...candidates.mutants.map(({ mutant }) => mutant)]
  const taken = new Set(relatives.map(({ id }) => id))
  const near = relatives.filter(({ id }) => id !== subject.mutant?.id)
  // One that was found equal to the unit would take the unit's place.
  const refused = ({ id }: Mutant) => !(work.verdicts.get(id)?.verdict.startsWith('different') ?? true)
  const far = work.mutants.filter((mutant) => !taken.has(mutant.id) && !refused(mutant))
  if (subject.mutant) work.recordVerdict(subject.mutant, 'centre')
  yield* findAstEntries(engine, proofContext, near, near.length, work.recordVerdict)
  yield* findAstEntries(engine, proofContext, far, settings.losers * MUTANTS_PER_BATCH, work.recordVerdict)
}

/** One subject with its winners and losers; split and id are still to come. */
async function groupAbout(
  tools: GroupTools,
  { unit, entryPoint, order, seed, verdicts, recordVerdict }: Work,
  subject: Subject,
  loserCandidates: AsyncIterable<readonly AstEntry[]>,
  settings: GroupSettings,
  timed: Timed,
): Promise<
  | Dropped
  | {
      kind: 'group'
      group: Omit<GroupRecord, 'id' | 'split' | 'inputsTried'>
      pool: readonly PoolEntry[]
    }
> {
  const { inputs, code, mutant, coverage } = subject
  const proven = await timed('winners', () =>
    proveWinners(tools.engine, { ...unit, code }, entryPoint, inputs, settings.levels, subject.o0),
  )
  if (proven.kind === 'dropped') return drop(proven.stage, proven.reason, proven.detail)
  if (proven.winners.length < settings.minWinners)
    return drop('winners', 'too-few-winners', `${proven.winners.length} distinct`)
  const winners = chooseWinners(proven.winners, settings.winners, seed)

  // Among relatives no one is preferred by what the winners are: that would tell who is whose mutant.
  const candidatesPerLoser = settings.subject === 'any' ? 1 : CANDIDATES_PER_LOSER
  const { losers, pool } = await timed('losers', () =>
    findLosers(
      tools,
      { unit, entryPoint, copies: undefined, inputs, winners, order, candidatesPerLoser, seed },
      { wanted: settings.losers, classes: settings.classes, astEntries: loserCandidates },
      recordVerdict,
    ),
  )
  const mutantVerdicts = [...verdicts.values()]
  if (losers.length < settings.minLosers) {
    const detail = `${losers.length} proven of ${mutantVerdicts.length} mutants: ${tally(mutantVerdicts)}`
    return drop('losers', 'too-few-losers', detail)
  }
  const group = {
    ...(mutant && { subject: { mutant, code } }),
    inputs: inputs.map(({ input }) => input),
    expected: inputs.map(({ expected }) => expected),
    coverage,
    seed: settings.seed,
    winners,
    losers,
    mutantVerdicts,
    ...(entryPoint.kind === 'function' && {
      callTexts: inputs.map(({ input }) => languageOf(unit).callLiteral(entryPoint.plan, input as CallInput)),
    }),
  }
  return { kind: 'group', group, pool }
}

function chooseWinners(proven: readonly ProvenWinner[], wanted: number, seed: string): Winner[] {
  const chosen = new Set(createRandom(`winners ${seed}`).shuffle(proven).slice(0, wanted))
  return proven.map((winner) => ({ ...winner, chosen: chosen.has(winner) }))
}

function tally(verdicts: readonly { verdict: string }[]): string {
  const counts = new Map<string, number>()
  for (const { verdict } of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
}
