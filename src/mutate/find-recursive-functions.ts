/**
 * A unit's outline in; out come the names of its functions that may run again before they have returned, by their own
 * call or through others of the unit.
 *
 * By names alone, and rather one too many: what a function mentions it may call, and a function whose address is taken
 * may be called by whatever calls a stranger (a pointer, a function of the library, a macro).
 */
import type { Outline } from '../extract/build-outline.ts'
import type { Token } from '../extract/lex-c.ts'
import { wordsOf } from './find-copyable-functions.ts'

/** A parenthesis behind one of these calls nothing. */
const NOT_CALLED = /^(?:if|while|for|switch|return|sizeof)$/

export function findRecursiveFunctions(outline: Outline): ReadonlySet<string> {
  const declarations = outline.items.filter((item) => item.kind !== 'directive')
  const names = new Set(declarations.flatMap(({ functionName }) => functionName ?? []))
  const mentioned = new Map<string, Set<string>>()
  const callsStranger = new Set<string>()
  const addressTaken = new Set<string>()
  for (const { functionName, declares, tokens } of declarations) {
    const declared = new Set(declares.filter(({ isFunction }) => isFunction).map(({ at }) => at))
    const own = tokens.filter(({ kind, start }) => kind !== 'comment' && !declared.has(start))
    const words = wordsOf(own, outline)
    // A word that a macro puts together may be any.
    const mentions = words.some((word) => macroHas(word, /##/, outline))
      ? [...names]
      : words.filter((word) => names.has(word))
    const called = new Set(own.flatMap((token, at) => (own[at + 1]?.text === '(' ? token.text : [])))
    const isPlainCall = (name: string) =>
      functionName !== undefined &&
      called.has(name) &&
      own.every(({ text }, at) => text !== name || own[at + 1]?.text === '(')
    for (const name of mentions) if (!isPlainCall(name)) addressTaken.add(name)
    if (functionName === undefined) continue
    mentioned.set(functionName, new Set([...(mentioned.get(functionName) ?? []), ...mentions]))
    if (
      tokens.some((_, at) => isStrangersCall(tokens, at, names)) ||
      words.some((word) => macroHas(word, /\(/, outline))
    )
      callsStranger.add(functionName)
  }
  const calleesOf = (name: string) => [
    ...(mentioned.get(name) ?? []),
    ...(callsStranger.has(name) ? addressTaken : []),
  ]
  return new Set([...names].filter((name) => reachableFrom(calleesOf(name), calleesOf).has(name)))
}

function macroHas(word: string, part: RegExp, { macros }: Outline): boolean {
  return macros.directivesOf(word).some(({ directive }) => part.test(directive.body))
}

/** Whether a parenthesis stands behind something that is neither one of the names nor a keyword. */
function isStrangersCall(tokens: readonly Token[], at: number, names: ReadonlySet<string>): boolean {
  const { kind, text } = tokens[at]!
  if (tokens[at + 1]?.text !== '(') return false
  return kind === 'word' ? !names.has(text) && !NOT_CALLED.test(text) : text === ')' || text === ']'
}

function reachableFrom(starts: readonly string[], next: (name: string) => readonly string[]): Set<string> {
  const reached = new Set(starts)
  // What is added meanwhile is visited, too.
  for (const name of reached) for (const other of next(name)) reached.add(other)
  return reached
}
