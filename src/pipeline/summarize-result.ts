/** What became of a unit in, what reporters are told of it out. */
import type { UnitResult } from '../records/group-record.ts'
import type { UnitResultSummary } from './events.ts'

export function summarizeResult(result: UnitResult): UnitResultSummary {
  if (result.kind === 'dropped') return { kind: 'dropped', stage: result.stage, reason: result.reason }
  const { winners, losers } = result.group
  return { kind: 'group', winners: winners.filter((winner) => winner.chosen).length, losers: losers.length }
}
