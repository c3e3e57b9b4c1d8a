/**
 * A unit in, the prompt out that a model is given. The template is part of the exported data's contract: training
 * and evaluation use the same one.
 *
 * For now it is the C code of the unit alone, without instructions or chat marks: line ends LF, one at the end.
 */
import type { Unit } from './unit.ts'

/** @example promptOf({ ...unit, code: 'int f(void) { return 1; }' }) // 'int f(void) { return 1; }\n' */
export function promptOf(unit: Pick<Unit, 'code'>): string {
  return unit.code.endsWith('\n') ? unit.code : `${unit.code}\n`
}
