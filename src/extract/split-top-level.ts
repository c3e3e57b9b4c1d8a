/**
 * C text without conditional directives in; its top-level items out, in order: directives, function
 * definitions, and whatever else stands between them. Works on tokens, so that macros inside a function
 * never blur where it ends.
 *
 * Brackets count wherever they come from: written as digraphs, or brought by a macro of the file (`BEGIN`, `FN(name)`).
 *
 * Not guaranteed: brackets of macros that are defined twice, or by headers; the pieces cut along
 * them then do not compile, which is seen later.
 */

import { type Directive, parseDirective, type Token } from './lex-c.ts'
import { bracketsOf, type MacroBrackets, readMacroBrackets } from './macro-brackets.ts'

export interface DirectiveItem {
  readonly kind: 'directive'
  readonly directive: Directive
  readonly start: number
  readonly end: number
  /** The item it stands inside of, if any: its text is then part of that item's text too. */
  readonly within: CodeItem | undefined
}

export interface CodeItem {
  readonly kind: 'function' | 'other'
  readonly start: number
  readonly end: number
  /** All its tokens but comments and directives. */
  readonly tokens: readonly Token[]
}

export type TopLevelItem = DirectiveItem | CodeItem

const ATTRIBUTE_WORDS = new Set(['__attribute__', '__attribute', '__declspec', '_Alignas', '__asm__'])
/** No header declares its parameters in more tokens; keeps the look ahead short. */
const OLD_STYLE_HEADER_TOKENS = 1000
const OPENING = new Set(['(', '[', '{'])
const CLOSING = new Set([')', ']', '}'])

/** Cuts `text`, whose tokens are given: `int n; int f(void) { return n; }` gives an `other` item and a `function` item. */
export function splitTopLevel(text: string, tokens: readonly Token[]): TopLevelItem[] {
  const directives = tokens.filter((token) => token.kind === 'directive')
  const code = tokens.filter((token) => token.kind !== 'directive' && token.kind !== 'comment')
  const macros = { statements: statementMacros(directives), brackets: readMacroBrackets(directives) }
  const items = splitCode(code, macros, text)
  return [...items, ...directiveItems(directives, items)].sort((a, b) => a.start - b.start)
}

function directiveItems(directives: readonly Token[], items: readonly CodeItem[]): DirectiveItem[] {
  let next = 0
  return directives.map(({ text, start, end }) => {
    while (next < items.length && items[next]!.end < start) next++
    const candidate = items[next]
    const within = candidate !== undefined && candidate.start < start ? candidate : undefined
    return { kind: 'directive', directive: parseDirective(text), start, end, within }
  })
}

interface Macros {
  /** Function-like macros whose expansion ends a top-level item by itself. */
  readonly statements: ReadonlySet<string>
  readonly brackets: MacroBrackets
}

function splitCode(tokens: readonly Token[], macros: Macros, text: string): CodeItem[] {
  const items: CodeItem[] = []
  const { marks, origins } = withBrackets(tokens, macros.brackets)
  let first = 0
  while (first < marks.length) {
    const { kind, last } = findItemEnd(marks, first, macros.statements, text)
    const own = tokens.slice(origins[first]!, origins[last]! + 1)
    // A stray semicolon or closing brace is nobody's.
    if (own.length > 1) items.push({ kind, start: own[0]!.start, end: own.at(-1)!.end, tokens: own })
    first = last + 1
    // What one macro brings belongs to one item.
    while (first < marks.length && origins[first] === origins[first - 1]) first++
  }
  return items
}

/** The tokens with the brackets that macros stand for, and for each the position of the token that it is of. */
function withBrackets(
  tokens: readonly Token[],
  brackets: MacroBrackets,
): { marks: Token[]; origins: number[] } {
  const marks: Token[] = []
  const origins: number[] = []
  const add = (token: Token, origin: number) => {
    marks.push(token)
    origins.push(origin)
  }
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!
    const found = bracketsOf(token, tokens[index + 1], brackets)
    if (found === undefined) {
      add(token, index)
      continue
    }
    const last = found.hasArguments ? matchingBracket(tokens, index + 1) : index
    if (!found.isAll) for (let at = index; at <= last; at++) add(tokens[at]!, at)
    for (const bracket of found.brackets) add({ ...tokens[last]!, kind: 'punctuation', text: bracket }, last)
    index = last
  }
  return { marks, origins }
}

interface ItemEnd {
  readonly kind: CodeItem['kind']
  /** Index of the item's last token. */
  readonly last: number
}

function findItemEnd(
  tokens: readonly Token[],
  first: number,
  macros: ReadonlySet<string>,
  text: string,
): ItemEnd {
  let hasInitialiser = false
  for (let index = first; index < tokens.length; index++) {
    const token = tokens[index]!
    if (token.text === '=') hasInitialiser = true
    if (token.text === ';' && !isBeforeOldStyleBody(tokens, first, index))
      return { kind: 'other', last: index }
    if (token.kind !== 'punctuation' || !OPENING.has(token.text)) {
      if (token.text === '}') return { kind: 'other', last: index }
      continue
    }
    const isBody = token.text === '{' && !hasInitialiser && isFunctionBody(tokens, first, index)
    index = matchingBracket(tokens, index)
    if (isBody) return { kind: 'function', last: index }
    if (isMacroStatement(tokens, first, index, macros, text)) return { kind: 'other', last: index }
  }
  return { kind: 'other', last: tokens.length - 1 }
}

/** The closing partner of an opening bracket, or the last token where there is none. */
function matchingBracket(tokens: readonly Token[], opening: number): number {
  let depth = 0
  for (let index = opening; index < tokens.length; index++) {
    const token = tokens[index]!
    if (token.kind !== 'punctuation') continue
    if (OPENING.has(token.text)) depth++
    else if (CLOSING.has(token.text) && --depth === 0) return index
  }
  return tokens.length - 1
}

/** A brace opens a body after a parameter list, or after the parameter declarations of an old-style header. */
function isFunctionBody(tokens: readonly Token[], first: number, brace: number): boolean {
  let index = brace - 1
  while (index > first && tokens[index]!.text === ')') {
    const opening = openingBracket(tokens, first, index)
    const before = tokens[opening - 1]
    if (opening <= first || before === undefined) return false
    if (!ATTRIBUTE_WORDS.has(before.text)) return true
    index = opening - 2
  }
  return tokens[index]?.text === ';' && index > first
}

function openingBracket(tokens: readonly Token[], first: number, closing: number): number {
  let depth = 0
  for (let index = closing; index >= first; index--) {
    const text = tokens[index]!.text
    if (CLOSING.has(text)) depth++
    else if (OPENING.has(text) && --depth === 0) return index
  }
  return first
}

/**
 * In `int f(a, b) int a; char *b; {` the semicolons do not end the item: a plain list of names in
 * parentheses, then a declaration, and the brace comes directly after some semicolon.
 */
function isBeforeOldStyleBody(tokens: readonly Token[], first: number, semicolon: number): boolean {
  if (!hasNameList(tokens, first, semicolon)) return false
  const ahead = tokens.slice(semicolon, semicolon + OLD_STYLE_HEADER_TOKENS)
  const stop = ahead.findIndex((token) => token.text === '{' || token.text === '}' || token.text === '=')
  return stop > 0 && ahead[stop]!.text === '{' && ahead[stop - 1]!.text === ';'
}

function hasNameList(tokens: readonly Token[], first: number, semicolon: number): boolean {
  for (let opening = first; opening < semicolon; opening++) {
    if (tokens[opening]!.text !== '(') continue
    const closing = matchingBracket(tokens, opening)
    const names = tokens.slice(opening + 1, closing)
    const isNameList = names.length > 0 && names.every((token) => token.kind === 'word' || token.text === ',')
    if (isNameList && closing < semicolon && tokens[closing + 1]?.kind === 'word') return true
    opening = closing
  }
  return false
}

/** `DEFINE_STACK(int)` on its own line, where the macro brings its own semicolon or closing brace. */
function isMacroStatement(
  tokens: readonly Token[],
  first: number,
  closing: number,
  macros: ReadonlySet<string>,
  text: string,
): boolean {
  const next = tokens[closing + 1]
  return (
    tokens[first + 1]?.text === '(' &&
    matchingBracket(tokens, first + 1) === closing &&
    macros.has(tokens[first]!.text) &&
    next?.text !== ';' &&
    (next === undefined || text.slice(tokens[closing]!.end, next.start).includes('\n'))
  )
}

function statementMacros(directives: readonly Token[]): Set<string> {
  const names = new Set<string>()
  for (const token of directives) {
    const { name, body } = parseDirective(token.text)
    const macro = name === 'define' ? /^([\w$]+)\(.*[;}]$/s.exec(body) : null
    if (macro !== null) names.add(macro[1]!)
  }
  return names
}
