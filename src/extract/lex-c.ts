/**
 * C text in, preprocessing tokens out. Unlike a syntax tree it cannot be misled by macros, which makes it the
 * ground for everything that must hold for any source: what is refused, where top-level items begin and end.
 *
 * Not guaranteed: raw strings (R"(...)") are read as plain ones, and a word or number split by a
 * backslash-newline is two tokens; `removeSplices` first where that matters.
 */

export interface Token {
  /** A directive is its whole logical line, without the line end; its own tokens are not listed. */
  readonly kind: 'word' | 'number' | 'string' | 'char' | 'punctuation' | 'comment' | 'directive'
  readonly text: string
  readonly start: number
  readonly end: number
}

const WORD = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/uy
const NUMBER = /\.?[0-9](?:[eEpP][+-]|[\w.])*/y
const PREFIXED_QUOTE = /(?:u8|[LuU])?(["'])/y
/** The others are one character each: `...`, and digraphs, which stand for a bracket. */
const LONG_PUNCTUATION = /\.{3}|<%|%>|<:|:>/y
const SPLICE = /\\[ \t\f\v\0]*(?:\r\n|\n\r|\n|\r)/y

/** Splits C text into tokens; every character that is not blank is in exactly one. */
export function lexC(text: string): Token[] {
  const tokens: Token[] = []
  let atLineStart = true
  let position = 0
  while (position < text.length) {
    const char = text[position]!
    if (isNewline(char)) {
      atLineStart = true
      position++
      continue
    }
    const splice = matchLength(SPLICE, text, position)
    if (splice > 0 || isBlank(char)) {
      position += Math.max(splice, 1)
      continue
    }
    const [kind, end] = tokenAt(text, position, atLineStart)
    tokens.push({ kind, text: text.slice(position, end), start: position, end })
    if (kind !== 'comment') atLineStart = kind === 'directive'
    position = end
  }
  return tokens
}

/** Joins lines that end in a backslash, as translation phase 2 does. */
export function removeSplices(text: string): string {
  return text.replace(/\\[ \t\f\v\0]*(?:\r\n|\n\r|\n|\r)/g, '')
}

/** A directive taken apart: `#define N 5 // five` has the name `define` and the body `N 5`. */
export interface Directive {
  readonly name: string
  readonly body: string
}

/** Takes a directive token apart; comments become one blank and splices vanish. */
export function parseDirective(text: string): Directive {
  const marker = text.startsWith('%:') ? 2 : 1
  const rest = withoutComments(removeSplices(text).slice(marker)).trim()
  const name = /^[\w$]+/.exec(rest)?.[0] ?? ''
  return { name, body: rest.slice(name.length).trim() }
}

function withoutComments(line: string): string {
  let kept = ''
  let position = 0
  while (position < line.length) {
    const comment = commentEnd(line, position)
    if (comment !== undefined) {
      kept += ' '
      position = comment
      continue
    }
    const quote = matchLength(PREFIXED_QUOTE, line, position)
    const end = quote > 0 ? quotedEnd(line, position + quote - 1) : position + 1
    kept += line.slice(position, end)
    position = end
  }
  return kept
}

function tokenAt(text: string, position: number, atLineStart: boolean): [Token['kind'], number] {
  const comment = commentEnd(text, position)
  if (comment !== undefined) return ['comment', comment]
  if (atLineStart && (text[position] === '#' || text.startsWith('%:', position)))
    return ['directive', directiveEnd(text, position)]
  const quote = matchLength(PREFIXED_QUOTE, text, position)
  if (quote > 0) {
    const opening = position + quote - 1
    return [text[opening] === '"' ? 'string' : 'char', quotedEnd(text, opening)]
  }
  const word = matchLength(WORD, text, position)
  if (word > 0) return ['word', position + word]
  const number = matchLength(NUMBER, text, position)
  if (number > 0) return ['number', position + number]
  return ['punctuation', position + Math.max(1, matchLength(LONG_PUNCTUATION, text, position))]
}

function directiveEnd(text: string, start: number): number {
  let position = start
  while (position < text.length && !isNewline(text[position]!)) {
    const splice = matchLength(SPLICE, text, position)
    if (splice > 0) {
      position += splice
      continue
    }
    const char = text[position]!
    position =
      commentEnd(text, position) ?? (char === '"' || char === "'" ? quotedEnd(text, position) : position + 1)
  }
  return position
}

/** Where the comment that begins at `position` ends, if one does. */
function commentEnd(text: string, position: number): number | undefined {
  if (text[position] !== '/') return undefined
  if (text[position + 1] === '*') {
    const end = text.indexOf('*/', position + 2)
    return end < 0 ? text.length : end + 2
  }
  if (text[position + 1] !== '/') return undefined
  let end = position + 2
  while (end < text.length && !isNewline(text[end]!)) end += Math.max(matchLength(SPLICE, text, end), 1)
  return end
}

/** Where the literal whose opening quote is at `opening` ends; an unterminated one ends with its line. */
function quotedEnd(text: string, opening: number): number {
  const quote = text[opening]
  let position = opening + 1
  while (position < text.length) {
    const char = text[position]!
    if (char === quote) return position + 1
    if (isNewline(char)) return position
    position += char === '\\' ? Math.max(matchLength(SPLICE, text, position), 2) : 1
  }
  return text.length
}

function matchLength(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0].length ?? 0
}

function isNewline(char: string): boolean {
  return char === '\n' || char === '\r'
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\f' || char === '\v' || char === '\0'
}
