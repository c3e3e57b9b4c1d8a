/** The unit as a mutant of itself. A group that is about a mutant has the unit among its losers, and losers are mutants. */
import { createHash } from 'node:crypto'
import type { Mutant } from '../../records/mutant.ts'
import type { Unit } from '../../records/unit.ts'

const OPERATOR = 'UNEDITED'

export const isUnedited = ({ operator }: Pick<Mutant, 'operator'>): boolean => operator === OPERATOR

export const unedited = ({ id }: Pick<Unit, 'id'>): Mutant => ({
  id: createHash('sha256')
    .update(JSON.stringify([id, OPERATOR]))
    .digest('hex'),
  operator: OPERATOR,
  start: 0,
  end: 0,
  original: '',
  replacement: '',
  line: 1,
})
