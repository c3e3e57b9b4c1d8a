/**
 * Whether an output is the expected one, under the rule of its suite. Pure. Outputs are compared as bytes: what is not
 * UTF-8 equals nothing but itself. White space is ASCII's.
 *
 * - `exact`: byte for byte.
 * - `lines`: white space at the ends of lines does not count, nor do empty lines before the first and after the last
 *   line that has something. White space in front of a line's text does.
 * - `words`: only the words count, in their order. An expected word that is a whole number wants its very digits: no
 *   tolerance makes 1000000007 of 1000000006 or of 1e9; only a point and zeros may follow. One with a point or an
 *   exponent takes every number of the same value, and those that differ by no more than `tolerance`, or by no more
 *   than that part of it. What a double does not hold, as 1e999, is near nothing.
 */
import type { Comparison } from '../records/suite.ts'

/** @example compareOutput('0.5 ok\n', Buffer.from('0.50001  ok'), { kind: 'words', tolerance: 1e-3 }) // true */
export function compareOutput(expected: string, got: Uint8Array, comparison: Comparison): boolean {
  // Half a character has no bytes, so no output is it.
  if (!expected.isWellFormed()) return false
  return compareText(
    Buffer.from(expected).toString('latin1'),
    Buffer.from(got).toString('latin1'),
    comparison,
  )
}

/** The same for texts. */
export function compareText(expected: string, got: string, comparison: Comparison): boolean {
  if (expected === got) return true
  if (comparison.kind === 'exact') return false
  return comparison.kind === 'lines'
    ? sameLines(expected, got)
    : sameWords(expected, got, comparison.tolerance)
}

/** Two numbers under the rule of `words`. Infinities are near nothing. */
export function isWithin(expected: number, got: number, tolerance: number): boolean {
  return (
    Number.isFinite(expected) &&
    Number.isFinite(got) &&
    Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected))
  )
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

const NUMBER = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/
const WHOLE = /^[+-]?\d+$/

function sameWord(expected: string, got: string, tolerance: number): boolean {
  if (expected === got) return true
  if (WHOLE.test(expected)) return /^[+-]?\d+\.0*$/.test(got) && sameValue(expected, got)
  if (!NUMBER.test(expected) || !NUMBER.test(got)) return false
  return sameValue(expected, got) || (tolerance > 0 && isWithin(Number(expected), Number(got), tolerance))
}

/** Of two numbers as they are written, whatever a double makes of them. */
function sameValue(a: string, b: string): boolean {
  const [left, right] = [decimal(a), decimal(b)]
  if (left.digits !== right.digits) return false
  if (left.digits === '') return true
  return (
    left.isNegative === right.isNegative && left.place === right.place && Number.isSafeInteger(left.place)
  )
}

/** Sign, digits without the zeros around them, and the place of the last of them; zero has no digits. */
function decimal(text: string) {
  const [, sign, mantissa = '', exponent = '0'] = NUMBER.exec(text)!
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let end = all.length
  while (end > 0 && all[end - 1] === '0') end--
  let start = 0
  while (start < end && all[start] === '0') start++
  const place = Number(exponent) - fraction.length + (all.length - end)
  return { isNegative: sign === '-', digits: all.slice(start, end), place }
}
