/** Lists in, their items one of each list after the other out: `inTurns([[1, 2, 3], [4]])` is `[1, 4, 2, 3]`. */
export function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => (turn < list.length ? [list[turn]!] : [])),
  ).flat()
}
