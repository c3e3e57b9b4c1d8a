/** What tables of pass rates are made of. */
import type { PassEstimate } from '../../base/pass-at-k.ts'

/** The estimate and its interval, in percent. */
export function passCells(estimate: PassEstimate | undefined): [string, string] {
  if (estimate === undefined) return ['-', '']
  return [sharePercent(estimate.value), `${sharePercent(estimate.low)} - ${sharePercent(estimate.high)}`]
}

/** @example sharePercent(0.5) // '50.00' */
export const sharePercent = (share: number): string => (100 * share).toFixed(2)

/**
 * The lines of a table: the first column to the left, the others to the right.
 *
 * @example aligned([['a', 'n'], ['bc', '12']]) // ['a    n', 'bc  12']
 */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
