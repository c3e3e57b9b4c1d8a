/**
 * A row of SYNTHETIC-1's code problems in, a problem out. `verification_info` is a Python literal:
 * `{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'fn_name': None, 'input': '1 2\n', 'output': '3\n'}]}`.
 * The solution may stand in a fenced block.
 */

import { readAnswer } from '../../judge/read-answer.ts'
import type { JsonValue } from '../../records/json-value.ts'
import type { Program } from '../../records/language.ts'
import type { DropReason, ProblemContent } from '../../records/problem.ts'
import type { Test } from '../../records/suite.ts'
import { parsePythonLiteral } from '../parse-python-literal.ts'
import { callTests, stdinTests } from './test-forms.ts'

export const SYNTHETIC_COLUMNS = ['verification_info', 'gold_standard_solution', 'license'] as const

export function readSynthetic(fields: Readonly<Record<string, unknown>>): ProblemContent | DropReason {
  const info = readInfo(fields.verification_info)
  if ('reason' in info) return info
  const solution = fields.gold_standard_solution
  if (typeof solution !== 'string' || solution.trim() === '')
    return { reason: 'no-solution', detail: 'gold_standard_solution is empty' }
  const readings = readTests(info.tests)
  if ('reason' in readings) return readings
  return { readings, comparison: { kind: 'words', tolerance: 1e-6 }, solutions: [programIn(solution)] }
}

function readInfo(literal: unknown): { readonly tests: readonly JsonValue[] } | DropReason {
  if (typeof literal !== 'string') return { reason: 'bad-tests', detail: 'verification_info is no text' }
  let info: JsonValue
  try {
    info = parsePythonLiteral(literal)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { reason: 'bad-tests', detail: `verification_info: ${error.message}` }
  }
  const { language, test_cases: tests } = isRecord(info) ? info : {}
  if (language !== 'python') return { reason: 'other-language', detail: `the language is ${language}` }
  return Array.isArray(tests) ? { tests } : { reason: 'bad-tests', detail: 'there is no list test_cases' }
}

function readTests(cases: readonly JsonValue[]): readonly (readonly Test[])[] | DropReason {
  const records = cases.filter(isRecord)
  const names = new Set(records.map(({ fn_name: name }) => name ?? null))
  if (records.length !== cases.length || names.size > 1)
    return { reason: 'bad-tests', detail: 'test_cases are not of one form' }
  const pairs = records.map(({ input = null, output = null }) => ({ input, output }))
  const [name] = names
  return typeof name === 'string' ? callTests(name, pairs) : stdinTests(pairs)
}

function programIn(solution: string): Program {
  const read = readAnswer(solution, 'python')
  return read.kind === 'program' ? read.program : { language: 'python', code: solution }
}

const isRecord = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
