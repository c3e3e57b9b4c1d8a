/** Two normalised IR texts in, how far apart they are out. */
import { distance } from 'fastest-levenshtein'
import { irTokens } from '../../compile/ir-tokens.ts'

/** Levenshtein distance over the longer text's length, 0 to 1. */
export interface EditDistance {
  readonly lines: number
  readonly tokens: number
}

/**
 * Numbered temporaries count as equal, because one more instruction renumbers all behind it; texts that differ at all
 * differ in one line and in one token.
 *
 * @example editDistance('a\nb\n', 'a\nc\n').lines // 0.5
 */
export const editDistance = (a: string, b: string): EditDistance => ({
  lines: lineDistance(a, b),
  tokens: a === b ? 0 : sequenceDistance(toTokens(a), toTokens(b)),
})

/** Of lines alone: for those who only look for the nearest of several texts. */
export const lineDistance = (a: string, b: string): number =>
  a === b ? 0 : sequenceDistance(toLines(a), toLines(b))

const NUMBERED = /%\d+/g

const toLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(NUMBERED, '%'))

const toTokens = (text: string) => irTokens(text, 'kept').map((token) => (/^%\d+$/.test(token) ? '%' : token))

/** Of sequences that differ somehow. */
function sequenceDistance(a: readonly string[], b: readonly string[]): number {
  const symbols = new Map<string, string>()
  // The library compares strings, so every distinct item becomes one UTF-16 unit.
  const encode = (items: readonly string[]) => {
    let encoded = ''
    for (const item of items) {
      let symbol = symbols.get(item)
      if (symbol === undefined) {
        symbol = String.fromCharCode(symbols.size & 0xffff)
        symbols.set(item, symbol)
      }
      encoded += symbol
    }
    return encoded
  }
  return Math.max(1, distance(...withoutSameEnds(encode(a), encode(b)))) / Math.max(a.length, b.length)
}

/** What begins and ends alike has no part in the distance, and most of an edited text does. */
function withoutSameEnds(a: string, b: string): [string, string] {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)]
}
