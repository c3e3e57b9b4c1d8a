/** Made-up strings: few letters, so that repetitions occur, or what the source and earlier strings suggest. */
import type { Random } from '../../base/random.ts'

export interface TextOptions {
  /** Characters wanted; some styles give fewer, none gives more. */
  readonly length: number
  /** Words of the source. */
  readonly words: readonly string[]
  /** Strings made before for the same call: equal, contained or rearranged ones are worth trying. */
  readonly texts: readonly string[]
}

const ALPHABETS: readonly string[] = [
  'ab',
  'abc',
  'abc',
  'abcdefghijklmnopqrstuvwxyz',
  'abcdefghijklmnopqrstuvwxyz',
  'ABCXYZabcxyz',
  'abcde     ',
  'the quick brown Fox. ',
  '0123456789',
  '0123456789',
  '01',
  '()[]{}+-*/0123456789abc',
  Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join(''),
]

export function makeText(random: Random, { length, words, texts }: TextOptions): string {
  const draw = random.next()
  if (draw < 0.2 && texts.length > 0) return related(random, random.pick(texts)).slice(0, length)
  if (draw < 0.32 && words.length > 0) return random.pick(words).slice(0, length)
  const alphabet = random.pick(ALPHABETS)
  const chars = Array.from({ length }, () => random.pick([...alphabet]))
  if (draw > 0.94)
    chars.splice(Math.ceil(length / 2), length, ...chars.slice(0, Math.floor(length / 2)).reverse())
  return chars.join('')
}

function related(random: Random, text: string): string {
  const start = random.int(0, text.length)
  return random.pick([
    () => text,
    () => text.slice(start),
    () => text.slice(0, start),
    () => random.shuffle([...text]).join(''),
    () => [...text].reverse().join(''),
    () => text.slice(0, start) + random.pick([...'abcz09 ']) + text.slice(start + 1),
  ])()
}
