/** A unit and one edit of its text in, the edited text out. */
import type { Mutant } from './mutant.ts'

/** The unit's code with the one edit made: `applyMutant('a + b', {start: 2, end: 3, replacement: '-'})` is `a - b`. */
export function applyMutant(code: string, mutant: Pick<Mutant, 'start' | 'end' | 'replacement'>): string {
  return code.slice(0, mutant.start) + mutant.replacement + code.slice(mutant.end)
}
