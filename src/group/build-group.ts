/**
 * One unit in, its group or the reason why there is none out: the stages of the whole way in their order.
 * Depends on the unit, the settings and the tools alone, never on what ran before or runs beside it.
 */

import { createRandom } from '../base/random.ts'
import { callLiteral } from '../call/call-literal.ts'
import { SandboxFailure } from '../execute/sandbox-failure.ts'
import { chooseMutants } from '../mutate/choose-mutants.ts'
import { mutateUnit } from '../mutate/mutate-unit.ts'
import { groupId } from '../records/group-id.ts'
import type { GroupRecord, MutantVerdict, UnitOutcome, UnitResult, Winner } from '../records/group-record.ts'
import type { CallInput } from '../records/input.ts'
import type { Level } from '../records/level.ts'
import type { Mutant } from '../records/mutant.ts'
import type { AstEntry, PoolEntry } from '../records/pool-entry.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import { drawOrder, type Family, takeFamily } from './candidates.ts'
import { type Dropped, drop } from './drop.ts'
import { findAstEntries } from './find-ast-entries.ts'
import { findLosers } from './find-losers.ts'
import type { GroupTools } from './group-tools.ts'
import { type ClassShares, loserQuotas } from './loser-quotas.ts'
import {
  CANDIDATES_PER_LOSER,
  MUTANTS_PER_BATCH,
  MUTANTS_PER_LOSER,
  type RecordVerdict,
} from './loser-search.ts'
import { openMutantBuilders } from './mutant-builders.ts'
import { type Centre, openCentre } from './open-subject.ts'
import { openUnit } from './open-unit.ts'
import { type ProvenWinner, proveWinners } from './prove-winners.ts'
import type { Screening } from './screen-mutants.ts'
import { type LoserOrder, loserOrder, type Selection } from './select-losers.ts'
import { type Timed, timeStages } from './time-stages.ts'
import { unedited } from './unedited.ts'

export interface GroupSettings {
  readonly levels: readonly Level[]
  readonly winners: number
  readonly losers: number
  /** What part of them is edited C, edited IR, malformed IR. */
  readonly classes: ClassShares
  /** Which of those that could be losers come first. */
  readonly select: Selection
  /**
   * What a group may be about: `any` of the unit and its mutants, or the `unit` alone. A group about a mutant has the
   * unit among its losers; so style does not tell winners from losers.
   */
  readonly centre: 'any' | 'unit'
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
  const { calling, itself, inputsTried } = opened

  const { classes } = settings
  const mutants = classes.ast > 0 ? await timed('mutate', async () => mutateUnit(unit, parse)) : []
  const onlyAst = classes.ir === 0 && classes.malformed === 0
  if (onlyAst && mutants.length < settings.minLosers)
    return drop('mutate', 'too-few-mutants', `${mutants.length}`)
  const work: Work = {
    unit,
    calling,
    builders: openMutantBuilders(engine, unit, calling, parse),
    mutants: chooseMutants(mutants, {
      count: settings.losers * MUTANTS_PER_LOSER,
      seed: settings.seed,
    }),
    order: loserOrder(settings.select, seed),
    seed,
    verdicts: new Map(),
    judge: ({ id, operator }, verdict) => work.verdicts.set(id, { mutantId: id, operator, verdict }),
  }
  const screened = findAstEntries(
    engine,
    { ...work, inputs: itself.inputs },
    work.mutants,
    settings.losers * MUTANTS_PER_BATCH,
    work.judge,
  )
  const size = settings.centre === 'any' ? loserQuotas(classes, settings.losers, seed).ast : 0
  const family = await timed('losers', () => takeFamily(screened, size, work.order))
  for (const { mutant } of [...family.mutants, ...family.others]) work.judge(mutant, 'different-unchosen')

  let dropped: UnitResult | undefined
  for (const mutant of drawOrder(family, seed)) {
    const centre =
      mutant && (await timed('input', () => openCentre(engine, unit, calling, itself.inputs, mutant)))
    if (mutant && !centre) continue
    const rivals = centre
      ? screenAgain(tools, work, family, centre, settings)
      : inFamilyOrder(family, screened)
    const result = await groupAbout(tools, work, centre ?? itself, rivals, settings, timed)
    if (result.kind === 'group') {
      const contents = { ...result.group, split, inputsTried }
      return { ...result, group: { ...contents, id: groupId(unit.id, contents) } }
    }
    if (!centre) dropped = result
  }
  return dropped!
}

/** What all groups that a unit could have share. */
interface Work extends Omit<Screening, 'inputs'> {
  readonly mutants: readonly Mutant[]
  readonly order: LoserOrder
  readonly seed: string
  readonly verdicts: Map<string, MutantVerdict>
  readonly judge: RecordVerdict
}

/** The family first, then whatever else differs from the unit. */
async function* inFamilyOrder(
  { mutants, others }: Family,
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
  family: Family,
  centre: Centre,
  settings: GroupSettings,
): AsyncGenerator<readonly AstEntry[]> {
  const ground = { ...work, inputs: centre.inputs }
  const relatives = [unedited(work.unit), ...family.mutants.map(({ mutant }) => mutant)]
  const taken = new Set(relatives.map(({ id }) => id))
  const near = relatives.filter(({ id }) => id !== centre.mutant?.id)
  // One that was found equal to the unit would take the unit's place.
  const refused = ({ id }: Mutant) => !(work.verdicts.get(id)?.verdict.startsWith('different') ?? true)
  const far = work.mutants.filter((mutant) => !taken.has(mutant.id) && !refused(mutant))
  if (centre.mutant) work.judge(centre.mutant, 'centre')
  yield* findAstEntries(engine, ground, near, near.length, work.judge)
  yield* findAstEntries(engine, ground, far, settings.losers * MUTANTS_PER_BATCH, work.judge)
}

/** One centre with its winners and losers; split and id are still to come. */
async function groupAbout(
  tools: GroupTools,
  { unit, calling, order, seed, verdicts, judge }: Work,
  centre: Centre,
  rivals: AsyncIterable<readonly AstEntry[]>,
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
  const { inputs, code, mutant, coverage } = centre
  const proven = await timed('winners', () =>
    proveWinners(tools.engine, { ...unit, code }, calling, inputs, settings.levels, centre.o0),
  )
  if (proven.kind === 'dropped') return drop(proven.stage, proven.reason, proven.detail)
  if (proven.winners.length < settings.minWinners)
    return drop('winners', 'too-few-winners', `${proven.winners.length} distinct`)
  const winners = chooseWinners(proven.winners, settings.winners, seed)

  // Among relatives no one is preferred by what the winners are: that would tell who is whose mutant.
  const candidatesPerLoser = settings.centre === 'any' ? 1 : CANDIDATES_PER_LOSER
  const { losers, pool } = await timed('losers', () =>
    findLosers(
      tools,
      { unit, calling, inputs, winners, order, candidatesPerLoser, seed },
      { wanted: settings.losers, classes: settings.classes, astEntries: rivals },
      judge,
    ),
  )
  const mutantVerdicts = [...verdicts.values()]
  if (losers.length < settings.minLosers) {
    const detail = `${losers.length} proven of ${mutantVerdicts.length} mutants: ${tally(mutantVerdicts)}`
    return drop('losers', 'too-few-losers', detail)
  }
  const group = {
    ...(mutant && { centre: { mutant, code } }),
    inputs: inputs.map(({ input }) => input),
    expected: inputs.map(({ expected }) => expected),
    coverage,
    seed: settings.seed,
    winners,
    losers,
    mutantVerdicts,
    ...(calling.kind === 'function' && {
      callTexts: inputs.map(({ input }) => callLiteral(calling.plan, input as CallInput)),
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
