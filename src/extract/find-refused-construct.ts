/**
 * C text in; out comes the first construct that would let compiling it read files of this machine, if there
 * is one. Refuses by form, before any compiler sees the text, and rather one source too many than too few.
 *
 * Not guaranteed: an `asm` put together by token pasting passes; `hasPastedAsm` finds that.
 */
import { lexC, parseDirective, removeSplices, type Token } from './lex-c.ts'

export interface Refusal {
  readonly reason: 'include-not-allowed' | 'inline-asm' | 'raw-string'
  readonly detail: string
}

const ASM_WORDS = new Set(['asm', '__asm', '__asm__'])
const FILE_DIRECTIVES = new Set(['include_next', 'embed', 'import', '__include_macros'])
const FILE_QUESTIONS = /\b__has_(?:include|include_next|embed)\b/
const RAW_PREFIXES = new Set(['R', 'LR', 'uR', 'UR', 'u8R'])
/** Relative, and not able to leave the include folders; compilers take no notice of what follows. */
const SAFE_INCLUDE = /^(?:<(?!\s*\/)[^<>"\\:]+>|"(?!\s*\/)[^<>"\\:]+")/

/** `#include "/etc/passwd"` gives `{reason: 'include-not-allowed', detail: '#include "/etc/passwd"'}`. */
export function findRefusedConstruct(text: string): Refusal | undefined {
  const tokens = lexC(removeSplices(text))
  for (const token of tokens) {
    const refusal = token.kind === 'directive' ? refuseDirective(token) : undefined
    if (refusal !== undefined) return refusal
  }
  return refuseWords(tokens)
}

/** The ways to write the keyword. */
export function isAsmWord(word: string): boolean {
  return ASM_WORDS.has(word)
}

function refuseDirective(token: Token): Refusal | undefined {
  const { name, body } = parseDirective(token.text)
  const include: Refusal = { reason: 'include-not-allowed', detail: firstLine(token.text) }
  if (FILE_DIRECTIVES.has(name) || FILE_QUESTIONS.test(body)) return include
  if (name === 'include' && (!SAFE_INCLUDE.test(body) || body.includes('..'))) return include
  // A line marker could pass the source's own text off as a system header's.
  if (/^\d/.test(name) && /"[\d\s]*\d$/.test(body)) return include
  if (name === 'pragma' && /\bdependency\b/.test(body)) return include
  // In a macro's body, and in what looks like a directive but is text in a skipped group.
  return refuseWords(lexC(body))
}

function refuseWords(tokens: readonly Token[]): Refusal | undefined {
  for (const [index, token] of tokens.entries()) {
    const refusal = refuseWord(token, tokens[index + 1])
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function refuseWord(token: Token, next: Token | undefined): Refusal | undefined {
  if (token.kind !== 'word') return undefined
  if (isAsmWord(token.text)) return { reason: 'inline-asm', detail: token.text }
  if (FILE_QUESTIONS.test(token.text)) return { reason: 'include-not-allowed', detail: token.text }
  // Raw strings exist in one standard and not in the other, so that no reading of the rest is safe in both.
  if (RAW_PREFIXES.has(token.text) && next?.kind === 'string' && next.start === token.end)
    return { reason: 'raw-string', detail: `${token.text}${firstLine(next.text)}` }
  return undefined
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200)
}
