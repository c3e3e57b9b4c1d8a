/**
 * Whether what a called function returned is the expected result. Pure. `null`, booleans, strings, lists and objects
 * must be the same, keys in any order; numbers too, except that `words` allows its tolerance where one of the two is
 * no whole number, and `lines` and `words` apply to strings as they do to outputs.
 */

import type { Comparison, JsonValue } from '../records/suite.ts'
import { compareOutput, isWithin } from './compare-output.ts'

/** @example compareResult([1, { a: 2 }], [1, { a: 2 }], { kind: 'exact' }) // true */
export function compareResult(expected: JsonValue, got: JsonValue, comparison: Comparison): boolean {
  if (typeof expected === 'string' && typeof got === 'string')
    return compareOutput(expected, Buffer.from(got), comparison)
  if (typeof expected === 'number' && typeof got === 'number')
    return expected === got || isNear(expected, got, comparison)
  if (isList(expected) || isList(got)) {
    if (!isList(expected) || !isList(got) || expected.length !== got.length) return false
    return expected.every((item, index) => compareResult(item, got[index]!, comparison))
  }
  if (isRecord(expected) && isRecord(got)) {
    const keys = Object.keys(expected)
    if (keys.length !== Object.keys(got).length) return false
    return keys.every(
      (key) => Object.hasOwn(got, key) && compareResult(expected[key]!, got[key]!, comparison),
    )
  }
  return expected === got
}

function isNear(expected: number, got: number, comparison: Comparison): boolean {
  if (comparison.kind !== 'words' || (Number.isInteger(expected) && Number.isInteger(got))) return false
  return isWithin(expected, got, comparison.tolerance)
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

const isRecord = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  value !== null && typeof value === 'object'
