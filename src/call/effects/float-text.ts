/** A float in effects: shortest decimal, then the exact bits; and how two such texts compare. */

import { floatValue, shortestDecimal } from '../bits.ts'
import type { FloatFormat } from '../call-plan.ts'
import { isClearGap } from '../float-gap.ts'

/** Every NaN is the same: C gives its bits no meaning. */
export function floatText(hex: string, format: FloatFormat): string {
  const value = floatValue(hex, format)
  return Number.isNaN(value) ? 'nan' : `${shortestDecimal(value, format)} [${hex}]`
}

const FLOAT = /^(?:(nan)|(\S+) \[([0-9a-f]+)\])$/
const FORMATS: Readonly<Record<number, FloatFormat>> = { 8: 'f32', 16: 'f64', 20: 'x87' }
const WAS = ' was '

/** A changed float says what it was: where another run left it alone, that is what to compare with. */
export const changedFloatText = (now: string, before: string): string => `${now}${WAS}${before}`

/** The two ends of a changed float's text; a text without them stands for both. */
export function floatEnds(text: string): { now: string; before: string | undefined } {
  const at = text.indexOf(WAS)
  return at < 0
    ? { now: text, before: undefined }
    : { now: text.slice(0, at), before: text.slice(at + WAS.length) }
}

/** The number in a float's text; undefined for text that is no float. */
export function readFloatText(text: string): number | undefined {
  const match = FLOAT.exec(text)
  if (match === null) return undefined
  return match[1] === undefined ? floatValue(match[3]!, FORMATS[match[3]!.length]!) : Number.NaN
}

/** True when two texts are floats that rounding could tell apart, or the same text. */
export function isCloseFloatText(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [readFloatText(a), readFloatText(b)]
  return x !== undefined && y !== undefined && !isClearGap(x, y)
}
