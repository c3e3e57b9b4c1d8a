/**
 * What became of a unit in, the same as the database keeps it out: texts hashed and packed. It is what saving takes longest
 * for and needs no database, so that the threads that made the outcome do it.
 */

import type { UnitOutcome, UnitResult } from '../records/group-record.ts'
import { findContradiction } from './find-contradiction.ts'
import { type PackedGroup, packGroup } from './groups.ts'

export interface PackedOutcome {
  readonly unitId: string
  readonly result: PackedUnitResult
  readonly timings: UnitOutcome['timings']
}

export type PackedUnitResult =
  | { readonly kind: 'group'; readonly group: PackedGroup }
  | Extract<UnitResult, { kind: 'dropped' }>

/** @throws Error where the record contradicts itself (a bug of the builder) */
export function packOutcome({ unit, result, timings }: UnitOutcome): PackedOutcome {
  if (result.kind === 'dropped') return { unitId: unit.id, result, timings }
  const contradiction = findContradiction(unit, result.group)
  if (contradiction !== undefined) throw new Error(`group of unit ${unit.id}: ${contradiction}`)
  return {
    unitId: unit.id,
    result: { kind: 'group', group: packGroup(result.group, result.pool, unit.code) },
    timings,
  }
}
