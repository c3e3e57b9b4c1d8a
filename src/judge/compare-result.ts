/**
 * Whether what a called function returned is the expected result. Pure. `null`, booleans, strings, lists and objects
 * must be the same, keys in any order; numbers have the same value, 3.0 and 3 being one. Where `words` is the rule, an
 * expected float takes what its tolerance allows. `lines` and `words` apply to strings as they do to outputs.
 */

import { isJsonList, isJsonNumber, isJsonObject, type JsonValue, WholeFloat } from '../records/json-value.ts'
import type { Comparison } from '../records/suite.ts'
import { compareText, isWithin } from './compare-output.ts'

export interface ResultForm {
  /** The language writes an object whose keys are 0, 1, ... as a list: it has one thing for both. */
  readonly listsAreObjects?: boolean
}

/** @example compareResult([1, { a: 2 }], [1, { a: 2 }], { kind: 'exact' }) // true */
export function compareResult(
  expected: JsonValue,
  got: JsonValue,
  comparison: Comparison,
  form: ResultForm = {},
): boolean {
  const same = (a: JsonValue, b: JsonValue) => compareResult(a, b, comparison, form)
  if (typeof expected === 'string' && typeof got === 'string') return compareText(expected, got, comparison)
  if (isJsonNumber(expected)) return typeof got === 'number' && sameNumber(expected, got, comparison)
  if (isJsonList(expected))
    return (
      isJsonList(got) &&
      expected.length === got.length &&
      expected.every((item, index) => same(item, got[index]!))
    )
  if (isJsonObject(expected)) {
    const found = form.listsAreObjects && isJsonList(got) ? { ...got } : got
    if (!isJsonObject(found)) return false
    const keys = Object.keys(expected)
    if (keys.length !== Object.keys(found).length) return false
    return keys.every((key) => Object.hasOwn(found, key) && same(expected[key]!, found[key]!))
  }
  return expected === got
}

function sameNumber(expected: number | WholeFloat, got: number, comparison: Comparison): boolean {
  const value = expected instanceof WholeFloat ? expected.value : expected
  if (value === got) return true
  const isFloat = expected instanceof WholeFloat || !Number.isInteger(expected)
  return isFloat && comparison.kind === 'words' && isWithin(value, got, comparison.tolerance)
}
