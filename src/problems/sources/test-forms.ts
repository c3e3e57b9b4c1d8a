/**
 * Inputs and outputs as data sets write them, as tests. Pure.
 *
 * A call's result is written as it is or as a list that holds nothing else, and keys that were numbers are written as
 * texts; what was meant, a data set does not say. All readings come out, and a solution that is right tells.
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '../../records/json-value.ts'
import type { DropReason } from '../../records/problem.ts'
import { commonSignature } from '../../records/signature-of-calls.ts'
import type { CallTest, Test } from '../../records/suite.ts'

export interface Pair {
  readonly input: JsonValue
  readonly output: JsonValue
}

/** Text, or a list of lines. */
export function stdinTests(pairs: readonly Pair[]): readonly (readonly Test[])[] | DropReason {
  const tests: Test[] = []
  for (const { input, output } of pairs) {
    const [inputText, outputText] = [asText(input), asText(output)]
    if (inputText === undefined || outputText === undefined)
      return { reason: 'bad-tests', detail: 'an input or output is neither text nor a list of lines' }
    tests.push({ kind: 'stdin', input: inputText, output: outputText })
  }
  return [tests]
}

export function callTests(name: string, pairs: readonly Pair[]): readonly (readonly Test[])[] | DropReason {
  if (!/^[A-Za-z_]\w*$/.test(name)) return { reason: 'bad-tests', detail: `${name} is no name of a function` }
  const calls = pairs.map(({ input, output }) => ({
    arguments: Array.isArray(input) ? input : undefined,
    output,
  }))
  if (!calls.every((call) => call.arguments !== undefined))
    return { reason: 'bad-tests', detail: 'the input of a call is no list of arguments' }
  const asTests = (result: (output: JsonValue) => JsonValue): CallTest[] =>
    calls.map((call) => ({ kind: 'call', name, arguments: call.arguments!, result: result(call.output) }))
  const isWrapped = calls.every(({ output }) => Array.isArray(output) && output.length === 1)
  const readings = isWrapped
    ? [asTests((output) => output), asTests((output) => (output as JsonValue[])[0]!)]
    : [asTests((output) => output)]
  return readings.flatMap(keyReadings)
}

/** JSON writes all keys as texts. Where all keys of a map are whole numbers they were numbers first, most likely. */
function keyReadings(tests: readonly CallTest[]): (readonly CallTest[])[] {
  const signature = commonSignature(tests, true)
  if (isDeepStrictEqual(signature, commonSignature(tests))) return [tests]
  return [tests.map((test) => ({ ...test, signature })), tests]
}

function asText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string')
  return isLines ? value.join('\n') : undefined
}
