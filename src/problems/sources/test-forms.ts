/**
 * Inputs and outputs as data sets write them, as tests. Pure.
 *
 * A call's result is written as it is or as a list that holds nothing else; which of the two, a data set does not say.
 * Both readings come out, and a solution that is right passes only one.
 */

import type { JsonValue } from '../../records/json-value.ts'
import type { DropReason } from '../../records/problem.ts'
import type { Test } from '../../records/suite.ts'

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
  const asTests = (result: (output: JsonValue) => JsonValue): Test[] =>
    calls.map((call) => ({ kind: 'call', name, arguments: call.arguments!, result: result(call.output) }))
  const isWrapped = calls.every(({ output }) => Array.isArray(output) && output.length === 1)
  return isWrapped
    ? [asTests((output) => output), asTests((output) => (output as JsonValue[])[0]!)]
    : [asTests((output) => output)]
}

function asText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string')
  return isLines ? value.join('\n') : undefined
}
