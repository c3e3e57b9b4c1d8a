/**
 * What an answer in C or C++ tells the preprocessor: the names in it that could be macros, those of them that a test may
 * go on using, and the headers that must be read before any of them. Pure. Nothing is expanded: a name counts wherever
 * the word `define` stands before it, in a comment too, as there are too many ways to hide that it stands in a directive.
 */
import { blankTexts } from './blank-texts.ts'

/** Say which parts of the library there are: they come before its headers, and stay. */
const FEATURE =
  /^_(?:\w+_SOURCE|FILE_OFFSET_BITS|USE_MATH_DEFINES|GLIBCXX_(?:DEBUG|DEBUG_PEDANTIC|ASSERTIONS|USE_CXX11_ABI))$/

/** The library's own that an answer may name, too; the test always means the library's. */
const LIBRARY: Readonly<Record<string, string>> = {
  EOF: '(-1)',
  INT_MAX: '__INT_MAX__',
  INT_MIN: '(-__INT_MAX__ - 1)',
  UINT_MAX: '(__INT_MAX__ * 2U + 1U)',
  LONG_MAX: '__LONG_MAX__',
  LONG_MIN: '(-__LONG_MAX__ - 1L)',
  ULONG_MAX: '(__LONG_MAX__ * 2UL + 1UL)',
  LLONG_MAX: '__LONG_LONG_MAX__',
  LLONG_MIN: '(-__LONG_LONG_MAX__ - 1LL)',
  ULLONG_MAX: '(__LONG_LONG_MAX__ * 2ULL + 1ULL)',
  SIZE_MAX: '__SIZE_MAX__',
  CHAR_BIT: '__CHAR_BIT__',
  DBL_EPSILON: '__DBL_EPSILON__',
  DBL_MAX: '__DBL_MAX__',
  DBL_MIN: '__DBL_MIN__',
  FLT_EPSILON: '__FLT_EPSILON__',
  FLT_MAX: '__FLT_MAX__',
  FLT_MIN: '__FLT_MIN__',
  INFINITY: '(__builtin_inff())',
  NAN: '(__builtin_nanf(""))',
  HUGE_VAL: '(__builtin_huge_val())',
  M_PI: '3.14159265358979323846',
  M_E: '2.7182818284590452354',
  EXIT_SUCCESS: '0',
  EXIT_FAILURE: '1',
  RAND_MAX: '2147483647',
}
const LIBRARY_OF_C = { ...LIBRARY, NULL: '((void *)0)', true: '1', false: '0', bool: '_Bool' }
const LIBRARY_OF_CPP = { ...LIBRARY, NULL: '__null' }

/** Lines that an end behind a backslash makes one. */
export const spliceLines = (code: string) => code.replaceAll(/\\[ \t\f\v]*\r?\n/g, '')

/**
 * Directives behind the answer that leave the test its own words: all names of the answer are undefined but for plain
 * numbers and texts of which the test does not declare another.
 */
export function withoutMacros(code: string, test: string, language: 'c' | 'cpp'): readonly string[] {
  const text = spliceLines(code)
  const names = namesDefined(text)
  const library: Readonly<Record<string, string>> = language === 'c' ? LIBRARY_OF_C : LIBRARY_OF_CPP
  const literals = literalMacros(text)
  const bare = blankTexts(test, 'cpp')
  const stays = (name: string) =>
    FEATURE.test(name) ||
    (literals.get(name) === names.get(name) && !Object.hasOwn(library, name) && !declares(bare, name))
  return [...names.keys()]
    .filter((name) => !stays(name))
    .flatMap((name) =>
      Object.hasOwn(library, name)
        ? [`#undef ${name}`, `#define ${name} ${library[name]}`]
        : [`#undef ${name}`],
    )
}

/** Every name behind the word `define`, and how often it stands there. Takes a time that grows with the text alone. */
export function namesDefined(text: string): ReadonlyMap<string, number> {
  const names = new Map<string, number>()
  let end = 0
  for (const { index } of text.matchAll(/define/g)) {
    let at = index + 'define'.length
    for (;;) {
      while (/[\s\0]/.test(text[at] ?? '')) at++
      if (!text.startsWith('/*', at)) break
      if (end < at + 2) end = text.indexOf('*/', at + 2)
      if (end < 0) return names
      at = end + 2
    }
    const name = /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(text.slice(at, at + 1000))?.[0]
    if (name !== undefined) names.set(name, (names.get(name) ?? 0) + 1)
  }
  return names
}

/** Characters of a number or a text with its remark; what is longer is none that a test would name. */
const MOST_LITERAL = 200

/** Names that are defined as one number or text, and how often. */
function literalMacros(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const [, name, value] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[ \t]+(.*))?$/gm))
    if (
      (value ?? '').length < MOST_LITERAL &&
      isLiteral((value ?? '').replace(/\/\/.*|\/\*(?:[^*]|\*(?!\/))*\*\/\s*$/, '').trim())
    )
      found.set(name!, (found.get(name!) ?? 0) + 1)
  return found
}

/** One text, or numbers in a bracket of their own or with `+`, `-` and `*` between them: nothing that compares. */
function isLiteral(value: string): boolean {
  if (/^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')$/.test(value)) return true
  return (
    /^[-+\d.(]/.test(value) &&
    !/(?<![\w.])[A-Za-z_]/.test(value) &&
    (/^[-+*\w.\s]+$/.test(value) || /^\([-+*/%<\w.\s]+\)$/.test(value))
  )
}

/** Whether the test has something of its own by that name: a type's name stands before it. */
const declares = (bare: string, name: string) =>
  new RegExp(
    `\\b(?!(?:return|case|else|sizeof|not|and|or)\\b)\\w+\\s+\\**${name}\\s*(?:=(?!=)|[;,({[])`,
  ).test(bare)

/**
 * The system's headers that an answer includes, before its own words, so that none of its macros changes what they say. One
 * that is not there is left to the answer's own line, and what stands under a condition says nothing of the library.
 */
export function headersOf(code: string): readonly string[] {
  const headers: string[] = []
  const conditions: string[] = []
  const directives = blankTexts(spliceLines(code).replaceAll('%:', '#'), 'cpp').matchAll(
    /^[ \t]*#[ \t]*(include|define|if|ifdef|ifndef|endif)\b[ \t]*(.*)$/gm,
  )
  for (const [, directive, rest] of directives) {
    const header = /^<([A-Za-z_](?:[\w/+-]|\.(?!\.))*)>/.exec(rest!)?.[1]
    const [, name, value] = /^(_\w+)[ \t]*(\w*)[ \t]*$/.exec(rest!) ?? []
    if (directive === 'endif') conditions.pop()
    else if (directive === 'include' && header !== undefined)
      headers.push(`#if __has_include(<${header}>)`, `#include <${header}>`, '#endif')
    else if (directive === 'define' && name !== undefined && FEATURE.test(name)) {
      if (conditions.every((condition) => condition === `ifndef ${name}`))
        headers.push(`#define ${name} ${value}`)
    } else if (directive!.startsWith('if')) conditions.push(`${directive} ${rest!.trim()}`)
  }
  return headers
}
