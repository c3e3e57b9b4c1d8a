/**
 * C text in, the set of its shingles out: runs of tokens as numbers, ascending and distinct. Comments, layout and
 * includes do not count, and a name counts only by where else in its shingle it stands, so that a copy with other
 * names has the same set, and one with a line more still shares all shingles away from that line.
 *
 * Not guaranteed: macros are not expanded; names behind a macro's are different tokens.
 */
import { lexC, parseDirective, type Token } from '../extract/lex-c.ts'
import { combineHashes, hashText } from './hash-text.ts'

/** Shorter runs are common to all C programs, longer ones are lost to every small edit. */
const TOKENS_PER_SHINGLE = 5

// biome-ignore format: a table
const KEYWORDS: ReadonlySet<string> = new Set([
  'auto', 'break', 'case', 'char', 'const', 'continue', 'default', 'do', 'double', 'else', 'enum', 'extern', 'float',
  'for', 'goto', 'if', 'inline', 'int', 'long', 'register', 'restrict', 'return', 'short', 'signed', 'sizeof',
  'static', 'struct', 'switch', 'typedef', 'union', 'unsigned', 'void', 'volatile', 'while',
])

/** A text shorter than a shingle is one shingle; an empty one has none. */
export function sourceShingles(text: string): Uint32Array {
  const tokens = codeTokens(text)
  const count = Math.min(tokens.length, Math.max(1, tokens.length - TOKENS_PER_SHINGLE + 1))
  const shingles = new Uint32Array(count)
  for (let start = 0; start < count; start++)
    shingles[start] = hashShingle(tokens, start, Math.min(tokens.length, start + TOKENS_PER_SHINGLE))
  return distinct(shingles)
}

interface CodeToken {
  readonly text: string
  readonly isName: boolean
  readonly hash: number
}

function codeTokens(text: string): CodeToken[] {
  return lexC(text).flatMap((token): CodeToken[] => {
    if (token.kind === 'comment') return []
    if (token.kind === 'directive') return directiveTokens(token)
    const isName = token.kind === 'word' && !KEYWORDS.has(token.text)
    return [{ text: token.text, isName, hash: hashText(token.text) }]
  })
}

/** What a `#define` says is code; an include says little, and copies differ in them freely. */
function directiveTokens({ text }: Token): CodeToken[] {
  const { name, body } = parseDirective(text)
  if (name === 'include' || name === 'pragma') return []
  return [{ text: `#${name}`, isName: false, hash: hashText(`#${name}`) }, ...codeTokens(body)]
}

function hashShingle(tokens: readonly CodeToken[], start: number, end: number): number {
  const names: string[] = []
  let hash = 0
  for (let position = start; position < end; position++) {
    const token = tokens[position]!
    if (!token.isName) {
      hash = combineHashes(hash, token.hash)
      continue
    }
    let ordinal = names.indexOf(token.text)
    if (ordinal < 0) ordinal = names.push(token.text) - 1
    hash = combineHashes(hash, ordinal)
  }
  return hash
}

function distinct(values: Uint32Array): Uint32Array {
  values.sort()
  let kept = 0
  for (let i = 0; i < values.length; i++)
    if (i === 0 || values[i] !== values[i - 1]) values[kept++] = values[i]!
  return values.slice(0, kept)
}

/** Shared over all: 1 for equal sets, two empty ones among them. Both ascending and distinct. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) shared++
    const step = a[i]! <= b[j]!
    if (b[j]! <= a[i]!) j++
    if (step) i++
  }
  const all = a.length + b.length - shared
  return all === 0 ? 1 : shared / all
}
