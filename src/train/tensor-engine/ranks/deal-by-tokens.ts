/** Items in, the places of those that each rank gets out: about as many tokens for each, the same on every machine. */

/**
 * The largest first, each to the rank that has least; every rank then has its own in their order.
 * @example dealByTokens([5, 1, 4], (n) => n, 2) // [[0], [1, 2]]
 */
export function dealByTokens<Item>(
  items: readonly Item[],
  tokensOf: (item: Item) => number,
  ranks: number,
): number[][] {
  const dealt = Array.from({ length: ranks }, (): number[] => [])
  const loads = new Array<number>(ranks).fill(0)
  const tokens = items.map(tokensOf)
  const largestFirst = [...items.keys()].sort((a, b) => tokens[b]! - tokens[a]! || a - b)
  for (const place of largestFirst) {
    const rank = loads.indexOf(Math.min(...loads))
    dealt[rank]!.push(place)
    loads[rank]! += tokens[place]!
  }
  return dealt.map((places) => places.sort((a, b) => a - b))
}

/**
 * The places of prompts, those of equal ones that follow each other together: a rank reads them once.
 * @example promptFamilies([a, a, b].map((id) => Int32Array.of(id))) // [[0, 1], [2]]
 */
export function promptFamilies(prompts: readonly Int32Array[]): number[][] {
  const families: number[][] = []
  for (const [i, prompt] of prompts.entries()) {
    if (i > 0 && isEqual(prompt, prompts[i - 1]!)) families.at(-1)!.push(i)
    else families.push([i])
  }
  return families
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]))
}
