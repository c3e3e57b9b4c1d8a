/** What became of units in, each once; the units that are still to do out. */
import type { UnitOutcome } from '../records/group-record.ts'
import type { Unit } from '../records/unit.ts'
import { type PackedOutcome, packOutcome } from './pack-outcome.ts'
import type { RunClock } from './run-clock.ts'
import { PAGE_ROWS, type Tables } from './tables.ts'

type SavedAs = 'saved' | 'already-finished'

export interface OutcomeSaver {
  /**
   * Keeps what became of a unit; a unit that is done stays as it is.
   * @throws Error where the record contradicts itself (a bug of the builder)
   */
  saveUnitOutcome(outcome: UnitOutcome): SavedAs
  /** The same with what `packOutcome` gave. */
  savePackedOutcome(outcome: PackedOutcome): SavedAs
  /** Whether the unit is in a group or dropped. */
  isUnitFinished(id: string): boolean
  finishedUnitCount(): number
  /** Units still to do, in the order they came, those that are added meanwhile included. */
  pendingUnits(): Generator<Unit>
}

export function openOutcomeSaver(
  { db, sources, units, drops, groups }: Tables,
  clock: Pick<RunClock, 'noteSeconds'>,
): OutcomeSaver {
  const save = ({ unitId, result, timings }: PackedOutcome) =>
    db.transaction((): SavedAs => {
      const stored = units.find(unitId)
      if (stored === undefined) throw new Error(`outcome of unit ${unitId}, which is not stored`)
      if (stored.state !== 'pending') return 'already-finished'
      if (result.kind === 'group') groups.insert(result.group, stored.key)
      else drops.insertUnit(result, sources.origin(stored.sourceKey), stored.key)
      units.finish(stored.key, result.kind, timings)
      clock.noteSeconds()
      return 'saved'
    })
  return {
    saveUnitOutcome: (outcome) => save(packOutcome(outcome)),
    savePackedOutcome: save,
    isUnitFinished: (id) => (units.find(id)?.state ?? 'pending') !== 'pending',
    finishedUnitCount: () => units.finishedCount(),
    *pendingUnits() {
      let keys = units.pendingAfter(0, PAGE_ROWS)
      while (keys.length > 0) {
        for (const key of keys) yield units.load(key).unit
        keys = units.pendingAfter(keys.at(-1)!, PAGE_ROWS)
      }
    },
  }
}
