/**
 * Tokens of C text in, the ranges out that the parser misreads and that must be blank when it reads them: attributes,
 * which it takes for names of functions, and the `*` of a result in an old-style header. Offsets stay what they are.
 */
import type { Token } from './lex-c.ts'

export interface HiddenRange {
  readonly start: number
  readonly end: number
  /** The tokens in it. */
  readonly tokens: readonly Token[]
}

/** @param tokens of whole top-level items, without comments and directives */
export function hiddenRanges(tokens: readonly Token[]): HiddenRange[] {
  const ranges: HiddenRange[] = []
  const hide = (first: number, last: number) =>
    ranges.push({
      start: tokens[first]!.start,
      end: tokens[last]!.end,
      tokens: tokens.slice(first, last + 1),
    })
  let depth = 0
  for (let at = 0; at < tokens.length; at++) {
    const { text } = tokens[at]!
    if (text === '{') depth++
    else if (text === '}') depth--
    if (depth > 0) continue
    if (/^__attribute(?:__)?$/.test(text) && tokens[at + 1]?.text === '(') {
      const last = closingParenthesis(tokens, at + 1)
      if (last !== undefined) hide(at, last)
      at = last ?? at
    } else if (text === '*' && isOldStyleHeader(tokens, at + 1)) hide(at, at)
  }
  return ranges
}

/** The text with those ranges blank. */
export function hideRanges(
  text: string,
  ranges: readonly Pick<HiddenRange, 'start' | 'end'>[],
  offset = 0,
): string {
  let hidden = text
  for (const range of ranges) {
    const [start, end] = [range.start - offset, range.end - offset]
    hidden = hidden.slice(0, start) + hidden.slice(start, end).replaceAll(/[^\n]/g, ' ') + hidden.slice(end)
  }
  return hidden
}

export function closingParenthesis(tokens: readonly Token[], opening: number): number | undefined {
  let depth = 0
  for (let at = opening; at < tokens.length; at++) {
    if (tokens[at]!.text === '(') depth++
    else if (tokens[at]!.text === ')' && --depth === 0) return at
  }
  return undefined
}

/** `f(a, b) int a; char *b; {` from here on, maybe behind more `*`. */
function isOldStyleHeader(tokens: readonly Token[], from: number): boolean {
  let at = from
  while (tokens[at]?.text === '*') at++
  if (tokens[at]?.kind !== 'word' || tokens[at + 1]?.text !== '(') return false
  const closing = closingParenthesis(tokens, at + 1)
  if (closing === undefined || tokens[closing + 1]?.kind !== 'word') return false
  const names = tokens.slice(at + 2, closing)
  if (names.length === 0 || !names.every((token) => token.kind === 'word' || token.text === ',')) return false
  const stop = tokens.findIndex((token, index) => index > closing && /^[{}=]$/.test(token.text))
  return stop > 0 && tokens[stop]!.text === '{' && tokens[stop - 1]!.text === ';'
}
