/** What became of units in, each once; the units that are still to do out. */
import type { UnitOutcome } from '../records/group-record.ts'
import type { Unit } from '../records/unit.ts'
import { findContradiction } from './find-contradiction.ts'
import type { RunClock } from './run-clock.ts'
import { PAGE_ROWS, type Tables } from './tables.ts'

export interface OutcomeSaver {
  /**
   * Keeps what became of a unit; a unit that is done stays as it is.
   * @throws Error where the record contradicts itself (a bug of the builder)
   */
  saveUnitOutcome(outcome: UnitOutcome): 'saved' | 'already-finished'
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
  return {
    saveUnitOutcome({ unit, result, timings }) {
      const contradiction = result.kind === 'group' ? findContradiction(unit, result.group) : undefined
      if (contradiction !== undefined) throw new Error(`group of unit ${unit.id}: ${contradiction}`)
      return db.transaction(() => {
        const stored = units.find(unit.id)
        if (stored === undefined) throw new Error(`outcome of unit ${unit.id}, which is not stored`)
        if (stored.state !== 'pending') return 'already-finished'
        if (result.kind === 'group') groups.insert(result.group, result.pool, stored.key, unit.code)
        else drops.insertUnit(result, sources.origin(stored.sourceKey), stored.key)
        units.finish(stored.key, result.kind, timings)
        clock.noteSeconds()
        return 'saved'
      })
    },
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
