/**
 * A stored group and its pool in, the group with losers drawn again out. Inputs, winners and split stay; nothing is
 * screened again. A loser that is newly chosen is compiled and proven as in a build.
 */

import { SandboxFailure } from '../execute/outcome/sandbox-failure.ts'
import { ORIGINAL_EDGES } from '../execute/unit-limits.ts'
import { groupId } from '../records/group-id.ts'
import type {
  LoserClass,
  MutantVerdict,
  StoredGroup,
  UnitOutcome,
  UnitResult,
} from '../records/group-record.ts'
import type { PoolEntry } from '../records/pool-entry.ts'
import type { GroupTools } from './group-tools.ts'
import { drawClasses } from './losers/draw-classes.ts'
import { openLoserDrawing } from './losers/draw-losers.ts'
import type { ClassShares } from './losers/loser-quotas.ts'
import { CANDIDATES_PER_LOSER, type LoserSearch } from './losers/loser-search.ts'
import { type LoserSelection, loserOrder } from './losers/select-losers.ts'
import { openMutantBuilders } from './screen/mutant-builders.ts'
import type { RecordVerdict } from './screen/record-verdict.ts'
import { planEntryPoint } from './subject/plan-entry-point.ts'

export interface RedrawSettings {
  readonly losers: number
  readonly minLosers: number
  readonly classes: ClassShares
  readonly select: LoserSelection
  readonly seed: number
}

export interface RedrawTask {
  readonly stored: Pick<StoredGroup, 'group' | 'unit'>
  readonly pool: readonly PoolEntry[]
  readonly settings: RedrawSettings
}

export async function redrawGroup(tools: GroupTools, task: RedrawTask): Promise<UnitOutcome> {
  const { unit } = task.stored
  const start = performance.now()
  const result = await redrawn(tools, task)
    .catch((error: unknown): UnitResult => {
      if (!(error instanceof SandboxFailure)) throw error
      return { kind: 'dropped', stage: 'losers', reason: 'sandbox-error', detail: error.message }
    })
    .finally(() => tools.engine.releaseAll())
  return { unit, result, timings: { losers: performance.now() - start } }
}

async function redrawn(
  tools: GroupTools,
  { stored: { group, unit }, pool, settings }: RedrawTask,
): Promise<UnitResult> {
  const called = await planEntryPoint(tools.engine, unit)
  if (called.kind === 'unsupported')
    return { kind: 'dropped', stage: 'input', reason: 'unsupported-signature', detail: called.reason }
  const search: LoserSearch = {
    unit,
    entryPoint: called.entryPoint,
    copies: openMutantBuilders(tools.engine, unit, called.entryPoint, tools.parse, 'copies'),
    // What the original takes bounds only the runs of screening.
    inputs: group.inputs.map((input, index) => ({
      input,
      expected: group.expected[index]!,
      edgesTaken: ORIGINAL_EDGES,
    })),
    winners: group.winners,
    candidatesPerLoser: CANDIDATES_PER_LOSER,
    order: loserOrder(settings.select, `${settings.seed} ${unit.id}`),
    seed: `${settings.seed} ${unit.id}`,
  }
  const verdicts = new Map<string, MutantVerdict>(
    group.mutantVerdicts.map((verdict) => [verdict.mutantId, verdict]),
  )
  const recordVerdict: RecordVerdict = ({ id, operator }, verdict) =>
    verdicts.set(id, { mutantId: id, operator, verdict })
  const losers = await drawClasses(openLoserDrawing(tools, search, recordVerdict), {
    wanted: settings.losers,
    classes: settings.classes,
    seed: search.seed,
    batchesOf: (name) => wholePool(pool, name),
  })
  if (losers.length < settings.minLosers) {
    const detail = `${losers.length} of a pool of ${pool.length}`
    return { kind: 'dropped', stage: 'losers', reason: 'too-few-losers', detail }
  }
  const contents = { ...group, losers, mutantVerdicts: [...verdicts.values()] }
  return { kind: 'group', group: { ...contents, id: groupId(unit.id, contents) }, pool }
}

async function* wholePool(pool: readonly PoolEntry[], name: LoserClass): AsyncGenerator<PoolEntry[]> {
  yield pool.filter((entry) => entry.class === name)
}
