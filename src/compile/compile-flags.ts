/** The one place that says how C becomes IR and code. */

import { standardFlags } from '../extract/standard-flags.ts'
import type { Level } from '../records/level.ts'
import type { CStandard } from '../records/unit.ts'

/**
 * Names are kept because a model reads them; contraction is off because a fused multiply-add rounds differently
 * from level to level, which would make equal code differ.
 */
export function compileFlags(standard: CStandard, level: Level): string[] {
  return [...standardFlags(standard), `-${level}`, '-w', '-fno-discard-value-names', '-ffp-contract=off']
}
