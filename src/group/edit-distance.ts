/** Two normalised IR texts in, how far apart they are out: the difficulty of telling them apart. */
import { distance } from 'fastest-levenshtein'

/**
 * Levenshtein distance in lines over the longer text's number of lines, 0 to 1. Numbered temporaries count as
 * equal, because one more instruction renumbers all behind it; texts that differ at all differ in one line.
 *
 * @example editDistance('a\nb\n', 'a\nc\n') // 0.5
 */
export function editDistance(a: string, b: string): number {
  const symbols = new Map<string, string>()
  // The library compares strings, so every distinct line becomes one UTF-16 unit.
  const encode = (text: string) => {
    let encoded = ''
    for (const line of toLines(text)) {
      let symbol = symbols.get(line)
      if (symbol === undefined) {
        symbol = String.fromCharCode(symbols.size & 0xffff)
        symbols.set(line, symbol)
      }
      encoded += symbol
    }
    return encoded
  }
  const [first, second] = [encode(a), encode(b)]
  const longest = Math.max(first.length, second.length)
  if (a === b) return 0
  return Math.max(1, distance(first, second)) / longest
}

const toLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/%\d+/g, '%'))
