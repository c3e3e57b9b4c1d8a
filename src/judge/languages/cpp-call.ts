/**
 * The file of C++ that has an answer and, behind it, what calls its function (native/judge-box/drivers/call.h). Pure
 * but for reading that. Where the function is, and what a caller could pass it, is found in the texts of the answer and
 * of the tests; the compiler decides.
 */
import { type JsonValue, WholeFloat } from '../../records/json-value.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { blankTexts } from '../code-tests/blank-texts.ts'
import type { Calls } from './language-definition.ts'
import { topOf } from './source-text.ts'

/** The answer with its caller. */
export const CALL_ANSWER_IN_CPP = 'call-answer.cpp'

/** What answers leave out that pages for practice put before them. */
const PRELUDE = '#include <bits/stdc++.h>\nusing namespace std;\n'

/**
 * The answer's file with the call behind it, in the forms to try until one compiles: as it is and with what many leave out, first what its text says.
 *
 * @returns undefined where nothing in the answer has the function's name
 */
export function cppCallFiles(code: string, calls: Calls): readonly BoxFile[] | undefined {
  const bare = blankTexts(code, 'cpp')
  const place = placeOf(bare, calls.name)
  if (place === undefined) return undefined
  const driver = `${callDriver('call.h').content}`
  const known = new Set(bare.match(/[A-Za-z_]\w*/g))
  const file = (prelude: string): BoxFile => {
    const has = (name: string) => prelude !== '' || known.has(name) || /<bits\/stdc\+\+\.h>/.test(bare)
    return {
      path: CALL_ANSWER_IN_CPP,
      content: [
        // In this file itself: no precompiled header works within an included one.
        `${prelude}#line 1 "answer.cpp"\n${code}\n`,
        ...[...new Set(blankTexts(driver, 'cpp').match(/\b(?!GEPO_|__)[A-Za-z_]\w*/g))].map(
          (word) => `#undef ${word}`,
        ),
        `#define GEPO_NAME ${calls.name}`,
        ...(place === 'Solution' ? ['#define GEPO_SOLUTION'] : []),
        `#define GEPO_CALLS ${callForms(calls, has).join(', ')}`,
        '#include "call.h"\n',
      ].join('\n'),
    }
  }
  const [asItIs, completed] = [file(''), file(PRELUDE)]
  return /^\s*#\s*include\b/m.test(bare) ? [asItIs, completed] : [completed, asItIs]
}

function placeOf(bare: string, name: string): 'Solution' | 'outside' | undefined {
  const isThere = (text: string) => new RegExp(`\\b${name}\\b`).test(text)
  if (!isThere(bare)) return undefined
  const [head, body] = splitAtBody(bare, /\b(?:class|struct)\s+Solution\b[^;{}()]*\{/)
  if (body === undefined) return 'outside'
  if (new RegExp(`\\b${name}\\s*\\(`).test(body)) return 'Solution'
  return isThere(topOf(head + bare.slice(head.length + body.length))) ? 'outside' : 'Solution'
}

/** What is before the braces that an opening ends with, and what is in them. */
function splitAtBody(bare: string, opening: RegExp): [string, string | undefined] {
  const found = opening.exec(bare)
  if (found === null) return [bare, undefined]
  const from = found.index + found[0].length
  let depth = 1
  let at = from
  for (; at < bare.length && depth > 0; at++) depth += bare[at] === '{' ? 1 : bare[at] === '}' ? -1 : 0
  return [bare.slice(0, from), bare.slice(from, depth === 0 ? at - 1 : at)]
}

/** For each number of arguments that tests pass: lists of the types that a caller could pass, the likeliest first. */
function callForms({ arguments: tests }: Calls, has: (name: string) => boolean): string[] {
  const byCount = Map.groupBy(tests, (test) => test.length)
  return [...byCount].map(([count, calls]) => {
    const lists = Array.from({ length: count }, (_, place) =>
      typesOf(
        calls.map((call) => call[place]!),
        has,
      ),
    )
    return `Call<${lists.map((types) => `Types<${types.join(', ')}>`).join(', ')}>`
  })
}

const INT_MAX = 2 ** 31 - 1

function typesOf(values: readonly JsonValue[], has: (name: string) => boolean): string[] {
  if (values.every((value) => typeof value === 'boolean')) return ['bool']
  if (values.every((value) => typeof value === 'number' && Number.isInteger(value)))
    return [
      ...(values.every((value) => Math.abs(Number(value)) <= INT_MAX) ? ['int'] : []),
      'long long',
      'double',
    ]
  if (values.every((value) => typeof value === 'number' || value instanceof WholeFloat))
    return ['double', 'float']
  if (values.every((value) => typeof value === 'string'))
    return [...(has('string') ? ['std::string'] : []), 'const char*', 'char']
  if (values.some((value) => value === null || typeof value !== 'object')) return []
  const isList = values.every((value) => Array.isArray(value))
  if (!isList && values.some((value) => Array.isArray(value))) return []
  const items = typesOf(
    values.flatMap((value) => Object.values(value!)),
    has,
  )
  const templates = isList
    ? ['vector', 'list', 'deque', 'set'].filter(has)
    : ['map', 'unordered_map']
        .filter((name) => has(name) && has('string'))
        .map((name) => `${name}<std::string, `)
  return templates.flatMap((name) => items.map((item) => `std::${isList ? `${name}<` : name}${item}>`))
}
