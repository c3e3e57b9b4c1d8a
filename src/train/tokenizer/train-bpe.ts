/**
 * Words with their counts in, the merges of a byte-pair encoding out, most frequent first: those that the trainer of
 * Hugging Face's tokenizers finds, which cannot be told the vocabulary's size from Node and prints to stdout.
 */
import { createMaxHeap } from './max-heap.ts'

export type Merge = readonly [left: string, right: string]

interface Candidate {
  readonly pair: number
  readonly count: number
}

/** Pairs of ids as one number, in the order of the left id, then of the right. */
const RADIX = 2 ** 24

/**
 * @param words how often each word occurs; a word's characters are the first symbols
 * @param alphabet all characters, in the order that settles ties
 * @param count merges to find at most; fewer when nothing is left to merge
 * @example trainBpe(new Map([['hug', 3], ['hot', 1]]), ['g', 'h', 'o', 't', 'u'], 2) // [['h', 'u'], ['hu', 'g']]
 */
export function trainBpe(
  words: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  count: number,
): Merge[] {
  const symbols = [...alphabet]
  const ids = new Map(symbols.map((symbol, id) => [symbol, id]))
  const spellings = Array.from(words.keys(), (word) => Array.from(word, (character) => ids.get(character)!))
  const weights = [...words.values()]

  const pairCounts = new Map<number, number>()
  const pairWords = new Map<number, Set<number>>()
  const countPair = (pair: number, by: number, word: number) => {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + by)
    if (by <= 0) return
    const holders = pairWords.get(pair)
    if (holders === undefined) pairWords.set(pair, new Set([word]))
    else holders.add(word)
  }
  spellings.forEach((spelling, word) => {
    for (let i = 0; i + 1 < spelling.length; i++) {
      countPair(spelling[i]! * RADIX + spelling[i + 1]!, weights[word]!, word)
    }
  })

  const queue = createMaxHeap<Candidate>(
    (a, b) => a.count > b.count || (a.count === b.count && a.pair < b.pair),
  )
  for (const [pair, pairCount] of pairCounts) queue.push({ pair, count: pairCount })

  const merges: Merge[] = []
  while (merges.length < count) {
    const top = queue.pop()
    if (top === undefined) break
    const current = pairCounts.get(top.pair)!
    if (current !== top.count) {
      // Counted before other merges took some of its places.
      if (current > 0) queue.push({ pair: top.pair, count: current })
      continue
    }
    const [left, right] = [Math.floor(top.pair / RADIX), top.pair % RADIX]
    const merged = symbols[left]! + symbols[right]!
    let id = ids.get(merged)
    if (id === undefined) {
      id = symbols.push(merged) - 1
      ids.set(merged, id)
    }
    merges.push([symbols[left]!, symbols[right]!])

    const grown = new Set<number>()
    for (const word of pairWords.get(top.pair)!) {
      const weight = weights[word]!
      spellings[word] = mergeIn(spellings[word]!, left, right, id, (pair, by) => {
        countPair(pair, by * weight, word)
        if (by > 0) grown.add(pair)
      })
    }
    pairCounts.set(top.pair, 0)
    pairWords.delete(top.pair)
    for (const pair of grown) {
      const pairCount = pairCounts.get(pair)!
      if (pairCount > 0) queue.push({ pair, count: pairCount })
    }
  }
  return merges
}

/** The spelling with every `left right` as `merged`; says which neighbouring pairs went and came. */
function mergeIn(
  spelling: readonly number[],
  left: number,
  right: number,
  merged: number,
  change: (pair: number, by: 1 | -1) => void,
): number[] {
  const result: number[] = []
  for (let i = 0; i < spelling.length; i++) {
    if (spelling[i] !== left || spelling[i + 1] !== right) {
      result.push(spelling[i]!)
      continue
    }
    const before = result.at(-1)
    const after = spelling[i + 2]
    if (before !== undefined) {
      change(before * RADIX + left, -1)
      change(before * RADIX + merged, 1)
    }
    if (after !== undefined) {
      change(right * RADIX + after, -1)
      change(merged * RADIX + after, 1)
    }
    result.push(merged)
    i++
  }
  return result
}
