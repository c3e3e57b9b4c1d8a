/**
 * C text in; out comes the first construct, if there is one, that would let compiling it read files of this
 * machine, make the program another one from build to build, or hide it from the sanitizers. Refuses by form,
 * before any compiler sees the text, and rather one source too many than too few.
 *
 * Not guaranteed: an `asm` put together by token pasting passes; `hasPastedAsm` finds that.
 */
import { lexC, parseDirective, removeSplices, type Token } from './lex-c.ts'

export interface RefusedConstruct {
  readonly reason: 'include-not-allowed' | 'inline-asm' | 'raw-string' | 'nondeterministic' | 'forbidden'
  readonly detail: string
}

const ASM_WORDS = new Set(['asm', '__asm', '__asm__'])
const FILE_DIRECTIVES = new Set(['include_next', 'embed', 'import', '__include_macros'])
const FILE_QUESTIONS = /\b__has_(?:include|include_next|embed)\b/
/** What these stand for depends on when, where or how the program is compiled. */
const BUILD_WORDS =
  /^__(?:DATE|TIME|TIMESTAMP|FILE|FILE_NAME|BASE_FILE|OPTIMIZE|OPTIMIZE_SIZE|NO_INLINE|FAST_MATH|SANITIZE_\w+)__$|^__has_feature$|^__builtin_nondeterministic_value$/
/** Promises that nothing can check: of pointers that are not kept, of sizes that are passed along, of loops. */
const UNCHECKED = /^(?:__)?(?:noescape|pass_(?:dynamic_)?object_size|assume_safety)(?:__)?$/
const RESTRICT = /^(?:__)?restrict(?:__)?$/
/** By which a level may give another result than the next. */
const FLOAT_PRAGMAS = /^(?:clang\s+fp\b|float_control\b|STDC\s+(?:FENV_ACCESS|FP_CONTRACT)\b)/
/** Attributes that keep the sanitizers, whose word every label rests on, out of a function. */
const UNSANITIZED = /^(?:__)?(?:no_sanitize\w*|disable_sanitizer_instrumentation|no_address_safety_analysis)$/
const RAW_PREFIXES = new Set(['R', 'LR', 'uR', 'UR', 'u8R'])
/** Relative, and not able to leave the include folders; compilers take no notice of what follows. */
const SAFE_INCLUDE = /^(?:<(?!\s*\/)[^<>"\\:]+>|"(?!\s*\/)[^<>"\\:]+")/

/** `#include "/etc/passwd"` gives `{reason: 'include-not-allowed', detail: '#include "/etc/passwd"'}`. */
export function findRefusedConstruct(text: string): RefusedConstruct | undefined {
  const tokens = lexC(removeSplices(text))
  for (const token of tokens) {
    const refusal = token.kind === 'directive' ? refuseDirective(token) : undefined
    if (refusal !== undefined) return refusal
  }
  return refuseWords(tokens) ?? refuseOwnRestrict(tokens)
}

/** Of parameters it is checked where the function is entered; a variable or member of its own has no such place. */
function refuseOwnRestrict(tokens: readonly Token[]): RefusedConstruct | undefined {
  let depth = 0
  for (const { kind, text } of tokens) {
    if (text === '(') depth++
    else if (text === ')') depth--
    else if (depth === 0 && kind === 'word' && RESTRICT.test(text))
      return { reason: 'forbidden', detail: `${text} outside of a parameter` }
  }
  return undefined
}

/** The ways to write the keyword. */
export function isAsmWord(word: string): boolean {
  return ASM_WORDS.has(word)
}

function refuseDirective(token: Token): RefusedConstruct | undefined {
  const { name, body } = parseDirective(token.text)
  const include: RefusedConstruct = { reason: 'include-not-allowed', detail: firstLine(token.text) }
  if (FILE_DIRECTIVES.has(name) || FILE_QUESTIONS.test(body)) return include
  if (name === 'include' && (!SAFE_INCLUDE.test(body) || body.includes('..'))) return include
  // A line marker could pass the source's own text off as a system header's.
  if (/^\d/.test(name) && /"[\d\s]*\d$/.test(body)) return include
  if (name === 'pragma' && /\bdependency\b/.test(body)) return include
  if (name === 'pragma' && FLOAT_PRAGMAS.test(body))
    return { reason: 'nondeterministic', detail: firstLine(token.text) }
  // In a macro's body, and in what looks like a directive but is text in a skipped group.
  return refuseWords(lexC(body))
}

function refuseWords(tokens: readonly Token[]): RefusedConstruct | undefined {
  for (const [index, token] of tokens.entries()) {
    const refusal = refuseWord(token, tokens.slice(index + 1, index + 3))
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function refuseWord(token: Token, following: readonly Token[]): RefusedConstruct | undefined {
  if (token.kind !== 'word') return undefined
  const [next] = following
  const rest = following.map(({ text }) => text).join('')
  if (isAsmWord(token.text)) return { reason: 'inline-asm', detail: token.text }
  if (FILE_QUESTIONS.test(token.text)) return { reason: 'include-not-allowed', detail: token.text }
  if (BUILD_WORDS.test(token.text)) return { reason: 'nondeterministic', detail: token.text }
  if (UNCHECKED.test(token.text)) return { reason: 'forbidden', detail: token.text }
  if (UNSANITIZED.test(token.text) || (token.text === '_Pragma' && /\bclang\b/.test(rest)))
    return { reason: 'forbidden', detail: token.text }
  // Raw strings exist in one standard and not in the other, so that no reading of the rest is safe in both.
  if (RAW_PREFIXES.has(token.text) && next?.kind === 'string' && next.start === token.end)
    return { reason: 'raw-string', detail: `${token.text}${firstLine(next.text)}` }
  return undefined
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200)
}
