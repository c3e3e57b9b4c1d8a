/** Two IR texts in, a unified diff with few context lines out. */
import { structuredPatch } from 'diff'
import { printable } from '../../base/printable.ts'
import type { Palette } from './palette.ts'

const contextLines = 2
/** Texts that differ in nearly every line take long to align, and their diff tells nobody anything. */
const timeoutMs = 2000

export function diffIr(winner: string, loser: string, paint: Palette): string[] {
  const patch = structuredPatch('winner', 'loser', winner, loser, '', '', {
    context: contextLines,
    timeout: timeoutMs,
  })
  if (patch === undefined) return [paint('dim', '(the two differ in too many lines to be aligned)')]
  return patch.hunks.flatMap((hunk) => [
    paint('cyan', `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
    ...hunk.lines.map((line) => {
      const text = printable(line)
      return line.startsWith('-') ? paint('red', text) : line.startsWith('+') ? paint('green', text) : text
    }),
  ])
}
