/** Linear equations over the integers in, one solution out. */

/**
 * Finds x with `rows[i] · x = wanted[i]` for all i; unknowns that the equations leave open stay 0.
 *
 * @returns undefined where there is none, or none in integers with the open ones at 0
 * @example solveLinear([[1n, 1n], [1n, -1n]], [10n, 4n]) // [7n, 3n]
 */
export function solveLinear(
  rows: readonly (readonly bigint[])[],
  wanted: readonly bigint[],
): bigint[] | undefined {
  const width = rows[0]?.length ?? 0
  const matrix = rows.map((row, at) => [...row, wanted[at]!])
  const pivots: number[] = []
  for (let column = 0; column < width && pivots.length < matrix.length; column++) {
    const top = pivots.length
    const found = matrix.findIndex((row, at) => at >= top && row[column] !== 0n)
    if (found < 0) continue
    const pivot = matrix[found]!
    matrix[found] = matrix[top]!
    matrix[top] = pivot
    for (const [at, row] of matrix.entries()) {
      if (at === top || row[column] === 0n) continue
      const factor = row[column]!
      matrix[at] = reduced(row.map((value, index) => value * pivot[column]! - pivot[index]! * factor))
    }
    pivots.push(column)
  }
  const solution = Array<bigint>(width).fill(0n)
  for (const [at, row] of matrix.entries()) {
    const right = row[width]!
    const column = pivots[at]
    if (column === undefined) {
      if (right !== 0n) return undefined
      continue
    }
    if (right % row[column]! !== 0n) return undefined
    solution[column] = right / row[column]!
  }
  return solution
}

/** Divided by what all have in common, so that numbers stay small. */
function reduced(row: bigint[]): bigint[] {
  const divisor = row.reduce(greatestCommonDivisor, 0n)
  return divisor > 1n ? row.map((value) => value / divisor) : row
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}
