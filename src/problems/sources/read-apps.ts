/**
 * A row of APPS or TACO in, a problem out. `input_output` and `solutions` are JSON texts, sometimes empty or broken:
 * `{"inputs": ["1 2\n"], "outputs": ["3\n"]}`, with `fn_name` where a function is to be called.
 */

import { type JsonValue, lossOf, parseKeepingFloats } from '../../records/json-value.ts'
import type { Program } from '../../records/language.ts'
import type { DropReason, ProblemContent } from '../../records/problem.ts'
import type { Test } from '../../records/suite.ts'
import { withMissingImports } from './python-imports.ts'
import { callTests, stdinTests } from './test-forms.ts'

export const APPS_COLUMNS = ['input_output', 'solutions', 'license'] as const

export function readApps(fields: Readonly<Record<string, unknown>>): ProblemContent | DropReason {
  const readings = readTests(fields.input_output)
  if ('reason' in readings) return readings
  const solutions = parseJson(fields.solutions)
  const programs = Array.isArray(solutions) ? solutions.filter((code) => typeof code === 'string') : []
  return {
    readings,
    comparison: { kind: 'words', tolerance: 1e-6 },
    solutions: programs.map((code): Program => ({ language: 'python', code: withMissingImports(code) })),
  }
}

function readTests(text: unknown): readonly (readonly Test[])[] | DropReason {
  if (text === undefined || text === null || text === '')
    return { reason: 'no-tests', detail: 'input_output is empty' }
  const parsed = parseJson(text)
  const record = parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : undefined
  const { inputs, outputs, fn_name: name } = (record ?? {}) as Readonly<Record<string, JsonValue>>
  if (!Array.isArray(inputs) || !Array.isArray(outputs) || inputs.length !== outputs.length)
    return { reason: 'bad-tests', detail: 'input_output is not JSON with as many inputs as outputs' }
  const pairs = inputs.map((input: JsonValue, index) => ({ input, output: outputs[index]! }))
  return typeof name === 'string' ? callTests(name, pairs) : stdinTests(pairs)
}

/** What would lose something on its way comes out as undefined, as does what is not JSON. */
function parseJson(text: unknown): JsonValue | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value = parseKeepingFloats(text)
    return lossOf(value) === undefined ? value : undefined
  } catch {
    return undefined
  }
}
