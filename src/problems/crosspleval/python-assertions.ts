/**
 * A test in Python in, the calls that it makes and the results that it wants out. Pure; nothing is run.
 *
 * `assert f(1, [2]) == 3` is a call, and so is one compared the other way round, with `is`, within a tolerance, of which
 * the truth is asked for, or whose result is made a list or a tuple first. An assertion whose arguments or result are no
 * literals says nothing that could be said in another language, and is left out.
 */
import type { JsonValue } from '../../records/json-value.ts'
import { parsePythonLiteral } from '../parse-python-literal.ts'

export interface AssertedCall {
  readonly arguments: readonly JsonValue[]
  readonly result: JsonValue
}

/**
 * @param name what the test calls the function by
 * @example readAssertions('assert f(1, [2]) == 3', 'f') // [{ arguments: [1, [2]], result: 3 }]
 */
export function readAssertions(test: string, name: string): AssertedCall[] {
  return assertedExpressions(test).flatMap((expression) => readCall(expression, name) ?? [])
}

/** What stands behind each `assert`, without its message; lines go on as long as a bracket is open. */
function assertedExpressions(test: string): string[] {
  return Array.from(test.matchAll(/^[ \t]*assert\b/gm), ({ 0: word, index }) => {
    const start = index + word.length
    return test.slice(start, endOf(test, start, /[\n,;#]/)).trim()
  })
}

/** Where, outside of brackets and texts, one of `ends` stands; else where the text ends. */
function endOf(text: string, start: number, ends: RegExp): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]!
    if (char === "'" || char === '"') at = endOfText(text, at)
    else if (char === '\\') at++
    else if (depth === 0 && ends.test(char)) return at
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char)) depth--
  }
  return text.length
}

/** Where the text that begins at `start` has its last quote. */
function endOfText(text: string, start: number): number {
  const quote = text.startsWith(text[start]!.repeat(3), start) ? text[start]!.repeat(3) : text[start]!
  let at = start + quote.length
  while (at < text.length && !text.startsWith(quote, at)) at += text[at] === '\\' ? 2 : 1
  return at + quote.length - 1
}

const EQUALS = /(?<![=!<>])==|\bis\b(?!\s+not\b)/y
/** Behind a value. */
const MINUS = /(?<=[\w)\]]\s*)-/y

function readCall(expression: string, name: string): AssertedCall | undefined {
  const plain = withoutBrackets(expression)
  const denied = /^not\s+(.*)$/s.exec(plain)
  if (denied !== null) return compared(denied[1]!, 'False', name)
  const near = /^(?:math\.f)?abs\s*\((.*)\)\s*<=?\s*[\d.e-]+$/s.exec(plain)
  const { left, right } = near === null ? splitAt(plain, EQUALS) : splitAt(near[1]!, MINUS)
  if (near !== null && right === undefined) return undefined
  return compared(left, right ?? 'True', name)
}

/** At the first `sign` outside of brackets and texts, which is sticky; without one, `right` is undefined. */
function splitAt(text: string, sign: RegExp): { readonly left: string; readonly right: string | undefined } {
  for (let at = 0; at < text.length; at++) {
    at = endOf(text, at, /[=i-]/)
    sign.lastIndex = at
    const [found] = sign.exec(text) ?? []
    if (found !== undefined) return { left: text.slice(0, at), right: text.slice(at + found.length) }
  }
  return { left: text, right: undefined }
}

function compared(left: string, right: string, name: string): AssertedCall | undefined {
  const [call, expected] = [unwrapped(left), unwrapped(right)]
  return asCall(call, expected, name) ?? asCall(expected, call, name)
}

function asCall(call: string, expected: string, name: string): AssertedCall | undefined {
  const given = new RegExp(`^${name}\\s*\\((.*)\\)$`, 's').exec(call)?.[1]
  if (given === undefined) return undefined
  try {
    const arguments_ = parsePythonLiteral(`[${given}]`) as readonly JsonValue[]
    return { arguments: arguments_, result: parsePythonLiteral(expected) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Without what makes a list of another sequence: to other languages they are one. */
function unwrapped(side: string): string {
  const text = withoutBrackets(side)
  const made = /^(?:list|tuple)\s*\((.*)\)$/s.exec(text)
  return made === null ? text : withoutBrackets(made[1]!)
}

/** @example withoutBrackets('((f(1)))') // 'f(1)' */
function withoutBrackets(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith('(') || endOf(trimmed, 1, /\)/) !== trimmed.length - 1) return trimmed
  const inner = trimmed.slice(1, -1)
  // `(1, 2)` is a tuple, and `()` too.
  const isTuple = inner.trim() === '' || endOf(inner, 0, /,/) < inner.length
  return isTuple ? trimmed : withoutBrackets(inner)
}
