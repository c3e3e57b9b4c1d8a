/** What became of a unit in, what reporters are told of it out. */
import type { PackedUnitResult } from '../store/pack-outcome.ts'
import type { UnitResultSummary } from './events.ts'

export function summarizeResult(result: PackedUnitResult): UnitResultSummary {
  if (result.kind === 'dropped') return { kind: 'dropped', stage: result.stage, reason: result.reason }
  const { winners, losers } = result.group
  return { kind: 'group', winners: winners.filter((winner) => winner.chosen).length, losers: losers.length }
}
