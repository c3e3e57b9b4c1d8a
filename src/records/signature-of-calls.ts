import type { JsonValue } from './json-value.ts'
import type { CallTest } from './suite.ts'
import { type CallSignature, commonType } from './value-type.ts'

/**
 * The types of the function that tests call: those that they state, or else what their values have in common. Of an
 * argument that not every test passes nothing is known.
 */
export function signatureOfCalls(calls: readonly CallTest[]): CallSignature {
  return calls[0]?.signature ?? commonSignature(calls)
}

/** @param wholeKeys as for `commonType` */
export function commonSignature(
  calls: readonly Pick<CallTest, 'arguments' | 'result'>[],
  wholeKeys = false,
): CallSignature {
  const count = Math.max(0, ...calls.map((call) => call.arguments.length))
  return {
    parameters: Array.from({ length: count }, (_, place) => {
      const values = calls.map((call): JsonValue | undefined => call.arguments[place])
      return values.every((value) => value !== undefined) ? commonType(values, wholeKeys) : { kind: 'any' }
    }),
    result: commonType(
      calls.map(({ result }) => result),
      wholeKeys,
    ),
  }
}
