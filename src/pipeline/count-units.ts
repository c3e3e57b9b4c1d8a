/** What a run over units has done so far, in figures for its end, and told to its reporter as it happens. */
import type { PackedOutcome } from '../store/pack-outcome.ts'
import type { Store } from '../store/store.ts'
import type { BuildEvent, BuildSummary, Reporter } from './events.ts'
import { summarizeResult } from './summarize-result.ts'

export interface UnitCounter {
  readonly sourceRead: () => void
  /** Stores the outcome, then counts and tells it. */
  readonly finish: (outcome: PackedOutcome) => void
  readonly summary: (signal: AbortSignal) => BuildSummary
}

export function countUnits(store: Store, reporter: Reporter<BuildEvent>): UnitCounter {
  const start = performance.now()
  const totals = { sources: 0, units: 0, groups: 0, drops: 0 }
  return {
    sourceRead: () => {
      totals.sources++
    },
    finish: (outcome) => {
      store.savePackedOutcome(outcome)
      totals.units++
      const { result } = outcome
      if (result.kind === 'group') totals.groups++
      else totals.drops++
      reporter.report({ kind: 'unit-finished', unitId: outcome.unitId, result: summarizeResult(result) })
    },
    summary: (signal) => ({
      kind: signal.aborted ? 'interrupted' : 'finished',
      ...totals,
      seconds: (performance.now() - start) / 1000,
    }),
  }
}
