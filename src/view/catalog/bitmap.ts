/** Sets of small whole numbers, a bit each, that can be cut with each other and counted quickly. */

export interface Bitmap {
  readonly words: Uint32Array
  /** Numbers are below it. */
  readonly size: number
}

export const emptyBitmap = (size: number): Bitmap => ({ words: new Uint32Array((size + 31) >>> 5), size })

export function fullBitmap(size: number): Bitmap {
  const { words } = emptyBitmap(size)
  words.fill(0xffffffff)
  if (size % 32 !== 0) words[words.length - 1] = (1 << (size % 32)) - 1
  return { words, size }
}

export function addBit({ words }: Bitmap, number: number): void {
  words[number >>> 5]! |= 1 << (number & 31)
}

export const hasBit = ({ words }: Bitmap, number: number): boolean =>
  ((words[number >>> 5]! >>> (number & 31)) & 1) === 1

/** `into` keeps what `other` has too; beyond the end of `other` there is nothing. */
export function intersect(into: Bitmap, other: Bitmap): void {
  const { words } = into
  for (let word = 0; word < words.length; word++) words[word]! &= other.words[word] ?? 0
}

export function unite(into: Bitmap, other: Bitmap): void {
  const count = Math.min(into.words.length, other.words.length)
  for (let word = 0; word < count; word++) into.words[word]! |= other.words[word]!
}

/** How many numbers are in both. */
export function countBoth(a: Bitmap, b: Bitmap): number {
  const count = Math.min(a.words.length, b.words.length)
  let bits = 0
  for (let word = 0; word < count; word++) bits += bitsOf(a.words[word]! & b.words[word]!)
  return bits
}

export function countBits({ words }: Bitmap, below = Number.POSITIVE_INFINITY): number {
  const whole = Math.min(words.length, Math.floor(below / 32))
  let bits = 0
  for (let word = 0; word < whole; word++) bits += bitsOf(words[word]!)
  if (whole < words.length) bits += bitsOf(words[whole]! & ((1 << (below % 32)) - 1))
  return bits
}

/** At most `count` numbers of the set, from `start` on, upwards or downwards. */
export function bitsFrom({ words, size }: Bitmap, start: number, count: number, step: 1 | -1): number[] {
  const found: number[] = []
  for (let number = start; number >= 0 && number < size && found.length < count; ) {
    const word = words[number >>> 5]!
    if (word === 0) {
      // To the next word, so that a rare number is found among very many.
      number = step === 1 ? ((number >>> 5) + 1) * 32 : (number >>> 5) * 32 - 1
      continue
    }
    if (((word >>> (number & 31)) & 1) === 1) found.push(number)
    number += step
  }
  return found
}

/** The usual sum of bits in parallel. */
function bitsOf(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555)
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333)
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
