/**
 * Numbers whose exclusive-or is wanted.
 *
 * @returns positions in the list, or undefined where no choice gives it
 * @example solveBits([0b011n, 0b110n, 0b001n], 0b101n) // [0, 1]
 */
export function solveBits(numbers: readonly bigint[], wanted: bigint): number[] | undefined {
  /** By their highest bit: numbers that are exclusive-or's of the given ones, and of which. */
  const basis = new Map<number, readonly [bigint, bigint]>()
  const reduce = (value: bigint, from: bigint): readonly [bigint, bigint] => {
    let [rest, parts] = [value, from]
    while (rest !== 0n) {
      const known = basis.get(rest.toString(2).length)
      if (known === undefined) break
      ;[rest, parts] = [rest ^ known[0], parts ^ known[1]]
    }
    return [rest, parts]
  }
  for (const [at, number] of numbers.entries()) {
    const reduced = reduce(number, 1n << BigInt(at))
    if (reduced[0] !== 0n) basis.set(reduced[0].toString(2).length, reduced)
  }
  const [rest, parts] = reduce(wanted, 0n)
  if (rest !== 0n) return undefined
  return [...numbers.keys()].filter((at) => (parts >> BigInt(at)) & 1n)
}
