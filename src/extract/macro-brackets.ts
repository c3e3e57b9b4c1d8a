/** A file's macros in; out come the brackets that a use of each brings with it and does not close, or open, itself. */
import { lexC, parseDirective, type Token } from './lex-c.ts'

interface BracketMacro {
  readonly isFunctionLike: boolean
  readonly brackets: readonly string[]
  /** It stands for nothing but brackets. */
  readonly isAll: boolean
}

/** By the macro's name; those whose brackets are even have no entry. */
export type MacroBrackets = ReadonlyMap<string, BracketMacro>

const DIGRAPHS: Readonly<Record<string, string>> = { '<%': '{', '%>': '}', '<:': '[', ':>': ']' }
const PARTNERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const BRACKET = /^[()[\]{}]$/

/** `#define BEGIN {` gives `BEGIN` with `{`; macros in its body are followed. */
export function readMacroBrackets(directives: readonly Token[]): MacroBrackets {
  const bodies = new Map<string, { readonly isFunctionLike: boolean; readonly tokens: readonly Token[] }>()
  for (const { text } of directives) {
    const { name, body } = parseDirective(text)
    const [, macro, parameters, replacement] =
      (name === 'define' && /^([\p{L}\p{N}_$]+)(\([^)]*\))?(.*)$/su.exec(body)) || []
    if (macro !== undefined && !bodies.has(macro))
      bodies.set(macro, { isFunctionLike: parameters !== undefined, tokens: lexC(replacement!) })
  }
  const open = (name: string, path: readonly string[]): readonly string[] => {
    const left: string[] = []
    for (const { kind, text } of bodies.get(name)!.tokens) {
      const isMacro = kind === 'word' && bodies.has(text) && !path.includes(text) && path.length < DEEPEST
      for (const bracket of isMacro ? open(text, [...path, text]) : [plainBracket(text)]) {
        if (!BRACKET.test(bracket)) continue
        if (left.length > 0 && left.at(-1) === PARTNERS[bracket]) left.pop()
        else left.push(bracket)
      }
    }
    return left
  }
  const found = new Map<string, BracketMacro>()
  for (const [name, { isFunctionLike, tokens }] of bodies) {
    const brackets = open(name, [name])
    if (brackets.length > 0)
      found.set(name, {
        isFunctionLike,
        brackets,
        isAll: tokens.every(({ text }) => BRACKET.test(plainBracket(text))),
      })
  }
  return found
}

const DEEPEST = 8

const plainBracket = (text: string) => DIGRAPHS[text] ?? text

/** What a token stands for besides itself, or, where it is all brackets, instead of itself; undefined for most tokens. */
export function bracketsOf(
  token: Token,
  next: Token | undefined,
  macros: MacroBrackets,
):
  | { readonly brackets: readonly string[]; readonly isAll: boolean; readonly hasArguments: boolean }
  | undefined {
  const digraph = DIGRAPHS[token.text]
  if (digraph !== undefined) return { brackets: [digraph], isAll: true, hasArguments: false }
  const macro = token.kind === 'word' ? macros.get(token.text) : undefined
  if (macro === undefined || (macro.isFunctionLike && next?.text !== '(')) return undefined
  const { brackets, isAll, isFunctionLike } = macro
  return { brackets, isAll: isAll && !isFunctionLike, hasArguments: isFunctionLike }
}
