/**
 * A test in a language of classes in, the same test with its comparisons asked of the judge's own function out, which asks
 * both sides: a type of the answer's that calls itself equal to all is not called so by what is expected. Pure. What is
 * written in another way than data sets write it stays as it is.
 */
import { type BracedLanguage, blankTexts } from './blank-texts.ts'

const OPENING = '([{'
const CLOSING = ')]}'

/** What asks after two operands, as the test has written them. */
export type Asking = (value: string, expected: string) => string

/** `a.equals(b)` as what asks after a and b. */
export function withCheckedEquals(
  code: string,
  form: { readonly texts: ComparingLanguage; readonly method: string; readonly by: Asking },
): string {
  const { texts, method, by } = form
  let text = code
  let from = 0
  for (;;) {
    const bare = blankTexts(text, texts)
    const found = bare.slice(from).search(new RegExp(`\\.\\s*${method}\\s*\\(`))
    if (found < 0) return text
    const dot = from + found
    from = dot + 1
    const open = bare.indexOf('(', dot)
    const close = endOfBracket(bare, open)
    const start = receiverStart(text, bare, dot, texts)
    const receiver = text.slice(start, dot).trim()
    const isOne = topLevel(bare.slice(open + 1, close), /,/g).length === 0
    if (close < 0 || receiver === '' || !isOne || /^(?:super|this|base)$/.test(receiver)) continue
    // The argument may compare, too; what does so in the receiver has been seen before.
    const call = by(text.slice(start, dot), withCheckedEquals(text.slice(open + 1, close), form))
    text = text.slice(0, start) + call + text.slice(close + 1)
    from = start + call.length
  }
}

/**
 * `assert(a == b)` as `assert(…)` of what asks after a and b, `!=` as its opposite: where that is what stands between the
 * brackets, or between two of `&&` and `||`.
 */
export function withCheckedEquations(
  code: string,
  {
    texts,
    assertion,
    by,
  }: { readonly texts: BracedLanguage; readonly assertion: RegExp; readonly by: Asking },
): string {
  const bare = blankTexts(code, texts)
  return [...bare.matchAll(new RegExp(`${assertion.source}\\s*\\(`, 'g'))].reduceRight((text, found) => {
    const open = found.index + found[0].length - 1
    const close = endOfBracket(bare, open)
    if (close < 0) return text
    const end = open + 1 + (topLevel(bare.slice(open + 1, close), /,/g)[0] ?? close - open - 1)
    const condition = bare.slice(open + 1, end)
    if (topLevel(condition, /\?|=>/g).length > 0) return text
    const starts = [0, ...topLevel(condition, /&&|\|\|/g).map((at) => at + 2)]
    return starts.reduceRight((checked, start, index) => {
      const stop = (starts[index + 1] ?? condition.length + 2) - 2
      return checkedPart(checked, { bare, from: open + 1 + start, to: open + 1 + stop, by })
    }, text)
  }, code)
}

/** One equation of a condition, where it is one. */
function checkedPart(
  text: string,
  {
    bare,
    from,
    to,
    by,
  }: { readonly bare: string; readonly from: number; readonly to: number; readonly by: Asking },
): string {
  const part = bare.slice(from, to)
  const [place, ...others] = topLevel(part, /(?<![=!<>])[=!]=(?!=)/g)
  if (place === undefined || others.length > 0 || topLevel(part, /[&|^]|(?<![=!<>])=(?!=)/g).length > 0)
    return text
  const at = from + place
  const asked = by(text.slice(from, at), text.slice(at + 2, to))
  // In Scala `||!` would be one operator.
  return `${text.slice(0, from)}${bare[at] === '!' ? ` !(${asked})` : asked}${text.slice(to)}`
}

/** Java's statement `assert a : b;` as one that nobody can switch off; it, too, looks at b only where a does not hold. */
export function withThrownAssertions(code: string, texts: BracedLanguage): string {
  const bare = blankTexts(code, texts)
  return [...bare.matchAll(/(?<![\w.$])assert\b/g)].reduceRight((text, { index }) => {
    const from = index + 'assert'.length
    const [length] = topLevel(bare.slice(from), /;/g)
    if (length === undefined) return text
    const end = from + length
    const choices = topLevel(bare.slice(from, end), /\?/g).length
    const colon = topLevel(bare.slice(from, end), /(?<!:):(?!:)/g)[choices]
    const [condition, message] =
      colon === undefined
        ? [text.slice(from, end), '']
        : [text.slice(from, from + colon), text.slice(from + colon + 1, end)]
    const thrown = `{ if (!(${condition})) throw new java.lang.AssertionError(${message}); }`
    return text.slice(0, index) + thrown + text.slice(end + 1)
  }, code)
}

/** Where a pattern is found outside of all brackets. */
export function topLevel(bare: string, pattern: RegExp): number[] {
  const depths: number[] = []
  let depth = 0
  for (const char of bare) {
    for (let unit = 0; unit < char.length; unit++) depths.push(depth)
    depth += OPENING.includes(char) ? 1 : CLOSING.includes(char) ? -1 : 0
  }
  return [...bare.matchAll(pattern)].map(({ index }) => index).filter((index) => depths[index] === 0)
}

/** Of the bracket that closes the one there; -1 where none does. */
export function endOfBracket(bare: string, open: number): number {
  let depth = 0
  for (let at = open; at < bare.length; at++) {
    depth += OPENING.includes(bare[at]!) ? 1 : CLOSING.includes(bare[at]!) ? -1 : 0
    if (depth === 0) return at
  }
  return -1
}

/** Words of each language that may come before a bracket and are no method's name. */
const KEYWORDS = {
  java: /^(?:assert|return|throw|case|else|do|yield)$/,
  csharp: /^(?:return|throw|case|else|do|await|in|is|as)$/,
  scala: /^(?:return|throw|case|else|do|yield)$/,
} as const

type ComparingLanguage = keyof typeof KEYWORDS

/** Those whose own bracket comes before the expression. */
const CONDITIONAL = /^(?:if|while|for|switch)$/

/** Where the expression before a dot begins: names, calls, indices, literals and what is made by `new`. */
function receiverStart(code: string, bare: string, dot: number, texts: ComparingLanguage): number {
  let start = dot
  for (;;) {
    let at = before(bare, start)
    const literal = code.slice(at + 1, start).search(/\S/)
    if (literal >= 0 && start === dot) return at + 1 + literal
    let had = start
    let last = start
    while (at >= 0 && CLOSING.includes(bare[at]!)) {
      last = had
      had = startOfBracket(bare, at)
      if (had < 0) return dot
      at = before(bare, had)
      // Types of a call or of what is made.
      if (bare[at] === '>') {
        const open = startOfTypes(bare, at)
        if (open < 0) return dot
        had = open
        at = before(bare, had)
      }
    }
    if (/\w/.test(bare[at] ?? '')) {
      const end = at + 1
      while (at >= 0 && /\w/.test(bare[at]!)) at--
      const word = bare.slice(at + 1, end)
      if (CONDITIONAL.test(word)) return last
      if (KEYWORDS[texts].test(word)) return had
      had = at + 1
      at = before(bare, had)
    }
    if (had === start) return start
    start = had
    if (bare[at] === '.') {
      start = at
      continue
    }
    // An alias, as in C#'s `global::`.
    if (bare.slice(at - 1, at + 1) === '::') {
      start = at - 1
      continue
    }
    const made = /\bnew\s*$/.exec(bare.slice(0, start))
    return made === null ? start : made.index
  }
}

/** The last char before a place that is no space. */
function before(bare: string, place: number): number {
  let at = place - 1
  while (at >= 0 && /\s/.test(bare[at]!)) at--
  return at
}

function startOfBracket(bare: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    depth += CLOSING.includes(bare[at]!) ? 1 : OPENING.includes(bare[at]!) ? -1 : 0
    if (depth === 0) return at
  }
  return -1
}

function startOfTypes(bare: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    depth += bare[at] === '>' ? 1 : bare[at] === '<' ? -1 : 0
    if (depth === 0) return at
    if (!/[\w\s<>,.?[\]&]/.test(bare[at]!)) return -1
  }
  return -1
}
