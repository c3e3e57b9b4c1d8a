/**
 * A unit's outline in; out comes by which names something is called that may never return: functions of the library, what
 * the unit itself declares so, and its macros with any of those in them.
 */
import type { Outline } from '../extract/build-outline.ts'
import { wordsOf } from './find-copyable-functions.ts'
import { noReturnFunctions } from './library-functions.ts'

const NO_RETURN_WORD = /^(?:_Noreturn|(?:__)?noreturn(?:__)?)$/

/**
 * Undefined where the unit says it of something else than a function, which may then have any name: of a pointer, of a
 * type, or inside a function.
 */
export function findNoReturn(outline: Outline): ((name: string) => boolean) | undefined {
  const declared = findDeclared(outline)
  if (declared === undefined) return undefined
  const { macros } = outline
  const isFunction = (name: string) =>
    noReturnFunctions.has(name) || declared.has(name) || name.startsWith('__builtin')
  return (name) => isFunction(name) || (macros.has(name) && [...macros.expansionOf(name)].some(isFunction))
}

/** `_Noreturn void stop(int);` gives `stop`. */
function findDeclared(outline: Outline): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  for (const item of outline.items) {
    if (item.kind === 'directive') continue
    const { tokens, functionName, declares } = item
    const says = (some: typeof tokens) => wordsOf(some, outline).some((word) => NO_RETURN_WORD.test(word))
    const open = functionName === undefined ? -1 : tokens.findIndex(({ text }) => text === '{')
    const header = open < 0 ? tokens : tokens.slice(0, open)
    if (says(tokens.slice(header.length))) return undefined
    if (!says(header)) continue
    const isType = declares.length === 0 || header.some(({ text }) => text === 'typedef')
    if (isType || !declares.every(({ isFunction }) => isFunction)) return undefined
    for (const { key } of declares) names.add(key)
  }
  return names
}
