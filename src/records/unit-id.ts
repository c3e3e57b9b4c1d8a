import { createHash } from 'node:crypto'
import type { Unit } from './unit.ts'

/** A unit's identity: the same code of the same kind is the same unit, whichever source it came from. */
export function unitId({
  kind,
  name,
  standard,
  code,
}: Pick<Unit, 'kind' | 'name' | 'standard' | 'code'>): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, name, standard, code]))
    .digest('hex')
}
