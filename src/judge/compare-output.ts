/**
 * Whether an output is the expected one, under the rule of its suite. Pure. Texts are compared as bytes: what is not
 * UTF-8 equals nothing but itself. White space is ASCII's.
 *
 * - `exact`: byte for byte.
 * - `lines`: white space at the ends of lines does not count, nor do empty lines before the first and after the last
 *   line that has something. White space in front of a line's text does.
 * - `words`: only the words count, in their order. Two words that are numbers, at least one of them with a point or an
 *   exponent, are equal where they differ by no more than `tolerance`, or by no more than that part of the expected
 *   one. Whole numbers have to be the same, however long: no tolerance makes 1000000007 of 1000000006.
 */
import type { Comparison } from '../records/suite.ts'

/** @example compareOutput('0.5 ok\n', Buffer.from('0.50001  ok'), { kind: 'words', tolerance: 1e-3 }) // true */
export function compareOutput(expected: string, got: Uint8Array, comparison: Comparison): boolean {
  const expectedBytes = Buffer.from(expected)
  if (expectedBytes.equals(got)) return true
  if (comparison.kind === 'exact') return false
  const a = expectedBytes.toString('latin1')
  const b = Buffer.from(got).toString('latin1')
  return comparison.kind === 'lines' ? sameLines(a, b) : sameWords(a, b, comparison.tolerance)
}

/** Two numbers under the rule of `words`. */
export function isWithin(expected: number, got: number, tolerance: number): boolean {
  return Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected))
}

function sameLines(a: string, b: string): boolean {
  return normalLines(a) === normalLines(b)
}

const normalLines = (text: string) =>
  withoutEnd(text).split('\n').map(withoutEnd).join('\n').replace(/^\n+/, '')

/** By hand: a pattern for it takes the square of the time on long runs of spaces, which an answer may well print. */
function withoutEnd(text: string): string {
  let end = text.length
  while (end > 0 && SPACES.includes(text[end - 1]!)) end--
  return text.slice(0, end)
}

const SPACES = ' \t\r\n\f\v'

function sameWords(a: string, b: string, tolerance: number): boolean {
  const [wordsA, wordsB] = [words(a), words(b)]
  return (
    wordsA.length === wordsB.length &&
    wordsA.every((word, index) => sameWord(word, wordsB[index]!, tolerance))
  )
}

const words = (text: string) => text.split(/[ \t\r\n\f\v]+/).filter((word) => word !== '')

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const WHOLE = /^[+-]?\d+$/

function sameWord(expected: string, got: string, tolerance: number): boolean {
  if (expected === got) return true
  if (!NUMBER.test(expected) || !NUMBER.test(got)) return false
  if (WHOLE.test(expected) && WHOLE.test(got)) return false
  return isWithin(Number(expected), Number(got), tolerance)
}
