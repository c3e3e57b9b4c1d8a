/**
 * One unit in, its group or the reason why there is none out: the stages of the whole way in their order.
 * Depends on the unit, the settings and the tools alone, never on what ran before or runs beside it.
 */
import type { Level } from '../compile/level.ts'
import { callLiteral } from '../execute/call/call-literal.ts'
import { findImpurity } from '../execute/check-externals.ts'
import { findConstants } from '../execute/find-constants.ts'
import { findInputs } from '../execute/find-inputs.ts'
import type { CallInput } from '../execute/input.ts'
import { createRandom } from '../execute/random.ts'
import { SandboxFailure } from '../execute/sandbox-failure.ts'
import { screenOf } from '../execute/screen-original.ts'
import type { Unit } from '../extract/unit.ts'
import { chooseMutants } from '../mutate/choose-mutants.ts'
import { mutateUnit } from '../mutate/mutate-unit.ts'
import { findLosers } from './find-losers.ts'
import { groupId } from './group-id.ts'
import type { GroupRecord, GroupResult, Split, Stage, UnitOutcome, Winner } from './group-record.ts'
import type { GroupTools } from './group-tools.ts'
import type { ClassShares } from './loser-quotas.ts'
import { MUTANTS_PER_LOSER } from './loser-search.ts'
import { planCalling } from './plan-calling.ts'
import { type ProvenWinner, proveWinners } from './prove-winners.ts'
import { loserOrder, type Selection } from './select-losers.ts'

export interface GroupSettings {
  readonly levels: readonly Level[]
  readonly winners: number
  readonly losers: number
  /** What part of them is edited C, edited IR, malformed IR. */
  readonly classes: ClassShares
  /** Which of those that could be losers come first. */
  readonly select: Selection
  readonly minWinners: number
  readonly minLosers: number
  readonly inputs: number
  readonly seed: number
}

/** Attempts at an input for each that is wanted; most attempts repeat what is known. */
const ATTEMPTS_PER_INPUT = 4

export interface GroupTask {
  readonly unit: Unit
  readonly split: Split
  readonly settings: GroupSettings
}

export async function buildGroup(
  tools: GroupTools,
  { unit, split, settings }: GroupTask,
): Promise<UnitOutcome> {
  const timings: Record<string, number> = {}
  let current: Stage = 'compile'
  const timed = async <T>(stage: Stage, work: () => Promise<T>): Promise<T> => {
    current = stage
    const start = performance.now()
    try {
      return await work()
    } finally {
      timings[stage] = (timings[stage] ?? 0) + performance.now() - start
    }
  }
  try {
    return { unit, result: await groupResult(tools, unit, split, settings, timed), timings }
  } catch (error) {
    if (!(error instanceof SandboxFailure)) throw error
    return { unit, result: drop(current, 'sandbox-error', error.message), timings }
  } finally {
    await tools.engine.releaseAll()
  }
}

type Timed = <T>(stage: Stage, work: () => Promise<T>) => Promise<T>

async function groupResult(
  tools: GroupTools,
  unit: Unit,
  split: Split,
  settings: GroupSettings,
  timed: Timed,
): Promise<GroupResult> {
  const { engine, parse } = tools
  const seed = `${settings.seed} ${unit.id}`
  const o0 = await timed('compile', () => engine.emitIr(unit.code, unit.standard, 'O0'))
  if (o0.kind !== 'ok')
    return drop('compile', 'compile', o0.kind === 'rejected' ? o0.stderr.slice(0, 300) : o0.kind)
  const impurity = findImpurity(o0.stdout)
  if (impurity) return drop('compile', impurity.reason, impurity.detail)

  const called = await timed('compile', () => planCalling(engine, unit))
  if (called.kind === 'unsupported') return drop('input', 'unsupported-signature', called.reason)
  const { calling } = called

  const original = { text: unit.code, language: 'c', standard: unit.standard } as const
  const cover = await timed('input', () => engine.build(original, 'cover', calling))
  if (cover.kind === 'rejected') return drop('compile', 'compile', cover.detail)
  const screen = screenOf(engine, unit, calling, cover.executable)
  const found = await timed('input', () =>
    findInputs(engine, cover.executable, screen, {
      seed,
      attempts: settings.inputs * ATTEMPTS_PER_INPUT,
      wanted: settings.inputs,
      dictionary: findConstants(unit.code),
    }),
  )
  if (found.kind === 'dropped') return drop(found.stage, found.reason, found.detail)
  const { inputs } = found

  const proven = await timed('winners', () =>
    proveWinners(engine, unit, calling, inputs, settings.levels, o0.stdout),
  )
  if (proven.kind === 'dropped') return drop(proven.stage, proven.reason, proven.detail)
  if (proven.winners.length < settings.minWinners) {
    return drop('winners', 'too-few-winners', `${proven.winners.length} distinct`)
  }
  const winners = chooseWinners(proven.winners, settings.winners, seed)

  const { classes } = settings
  const mutants = classes.ast > 0 ? await timed('mutate', async () => mutateUnit(unit, parse)) : []
  const onlyAst = classes.ir === 0 && classes.malformed === 0
  if (onlyAst && mutants.length < settings.minLosers)
    return drop('mutate', 'too-few-mutants', `${mutants.length}`)
  const { losers, verdicts, pool } = await timed('losers', () =>
    findLosers(
      tools,
      { unit, calling, inputs, winners, order: loserOrder(settings.select, seed), seed },
      {
        wanted: settings.losers,
        classes,
        mutants: chooseMutants(mutants, {
          count: settings.losers * MUTANTS_PER_LOSER,
          seed: settings.seed,
        }),
      },
    ),
  )
  if (losers.length < settings.minLosers) {
    return drop(
      'losers',
      'too-few-losers',
      `${losers.length} proven of ${verdicts.length} mutants: ${tally(verdicts)}`,
    )
  }

  const contents: Omit<GroupRecord, 'id'> = {
    split,
    inputs: inputs.map(({ input }) => input),
    expected: inputs.map(({ expected }) => expected),
    coverage: { edgesReached: found.edgesReached, edgesTotal: found.edgesTotal },
    seed: settings.seed,
    inputsTried: found.tried,
    winners,
    losers,
    mutantVerdicts: verdicts,
    ...(calling.kind === 'function' && {
      callTexts: inputs.map(({ input }) => callLiteral(calling.plan, input as CallInput)),
    }),
  }
  return { kind: 'group', group: { ...contents, id: groupId(unit.id, contents) }, pool }
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

const drop = (stage: Stage, reason: string, detail: string): GroupResult => ({
  kind: 'dropped',
  stage,
  reason,
  detail,
})
