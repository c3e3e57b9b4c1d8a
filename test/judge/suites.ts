/** Suites of the tests' own, and which languages they can be judged in here. */
import { findPrograms } from '../../src/judge/find-programs.ts'
import { definitionOf } from '../../src/judge/languages/languages.ts'
import { type JsonValue, parseKeepingFloats } from '../../src/records/json-value.ts'
import type { Language } from '../../src/records/language.ts'
import type { Comparison, Suite } from '../../src/records/suite.ts'

const MIB = 1024 * 1024
const limits = { testMs: 10_000, memoryBytes: 192 * MIB, outputBytes: MIB }

export const stdin = (
  pairs: readonly (readonly [string, string])[],
  comparison: Comparison = { kind: 'exact' },
): Suite => ({
  tests: pairs.map(([input, output]) => ({ kind: 'stdin' as const, input, output })),
  comparison,
  limits,
})

export const calls = (
  name: string,
  pairs: readonly (readonly [readonly JsonValue[], JsonValue])[],
  comparison: Comparison = { kind: 'exact' },
): Suite => ({
  tests: pairs.map(([arguments_, result]) => ({
    kind: 'call' as const,
    name,
    arguments: arguments_,
    result,
  })),
  comparison,
  limits,
})

/** Calls as they are written: `f(1, [2.0]) = "a"`, the arguments and the result as JSON. */
export function asCalls(...texts: readonly string[]): Suite {
  const parts = texts.map((text) => /^(\w+)\((.*)\) = (.*)$/s.exec(text)!)
  return calls(
    parts[0]![1]!,
    parts.map(([, , arguments_, result]) => [
      parseKeepingFloats(`[${arguments_}]`) as readonly JsonValue[],
      parseKeepingFloats(result!),
    ]),
  )
}

export const asCall = (text: string): Suite => asCalls(text)

export const installed = (language: Language) => findPrograms(definitionOf(language)) !== undefined
