/**
 * What GHC compiles where a function of Haskell is called: the answer as a module that exports all it has, and a module
 * that imports it and gives its function to the driver (native/judge-box/drivers/GepoCall.hs). Pure.
 */
import type { CallSignature } from '../../records/value-type.ts'
import type { BoxFile } from '../box-frames.ts'
import { TYPE_WORDS, writeType } from '../type-words.ts'
import type { Calls } from './language-definition.ts'

/** The modules that call the answer. */
export const CALLER = 'GepoRun'
const DRIVER = 'GepoCall'

/** The answer's file, and that of the caller in the forms to try until one compiles. */
export interface HaskellCall {
  readonly answer: BoxFile
  readonly callers: readonly BoxFile[]
}

/** @returns undefined where the answer's module has the name of one of the caller's */
export function haskellCall(code: string, { name, signature }: Calls): HaskellCall | undefined {
  const module = openModule(code)
  if ([CALLER, DRIVER].includes(module.name)) return undefined
  const types = [undefined, ...(isGeneric(code, name) ? passedTypes(signature) : [])]
  return {
    answer: { path: `${module.name.replaceAll('.', '/')}.hs`, content: module.text },
    callers: types.map((type) => ({ path: `${CALLER}.hs`, content: callerText(module.name, name, type) })),
  }
}

/** Without a type the function's own says all; with one, what is left open in it is decided as GHCi does. */
const callerText = (module: string, name: string, type: string | undefined) => `\
{-# LANGUAGE ${type === undefined ? 'NoExtendedDefaultRules' : 'ExtendedDefaultRules, PartialTypeSignatures'} #-}
module ${CALLER} (main) where
import qualified ${DRIVER}
import qualified Data.Map
import qualified ${module} as GepoAnswer
${type === undefined ? 'default ()' : ''}
main :: IO ()
main = ${DRIVER}.callFromDescriptor (GepoAnswer.${name}${type === undefined ? '' : ` :: ${type}`})
`

/** Whether its type may have variables, by its text: the type is missing, or has words in lower case. */
function isGeneric(code: string, name: string): boolean {
  const lines = code.split('\n')
  const start = lines.findIndex((line) => new RegExp(`^${name}\\s*::`).test(line))
  if (start < 0) return true
  const length = lines.slice(start + 1).findIndex((line) => /^\S/.test(line))
  const type = lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n')
  return /(?<![\w.])[a-z]/.test(type.replace(/^.*?::/, '').replace(/--.*/g, ''))
}

/** Types that the function may be called by, of its parameters; the result is the function's. */
function passedTypes({ parameters }: CallSignature): string[] {
  const words = [{ ...TYPE_WORDS.haskell, integer: 'Integer' }, TYPE_WORDS.haskell]
  const types = words.flatMap((each) => {
    const written = parameters.map((type) => writeType(type, each))
    return written.every((type) => type !== undefined) ? [[...written, '_'].join(' -> ')] : []
  })
  return [...new Set(types)]
}

/** White space, comments (which may hold others) and pragmas from there on. */
function skipSpace(code: string, from: number): number {
  let depth = 0
  const token = /\{-|-\}|--+(?![!#$%&*+./<=>?@\\^|~:]).*|\s+|[\s\S]/y
  let at = from
  while (at < code.length) {
    token.lastIndex = at
    const [found] = token.exec(code)!
    if (found === '{-') depth++
    else if (depth > 0) depth -= found === '-}' ? 1 : 0
    else if (!/^(?:--|\s)/.test(found)) return at
    at += depth > 0 && found.startsWith('--') ? 1 : found.length
  }
  return at
}

/**
 * The module with all that it has given out: a list of exports is for other modules of its program. Lines stay where they
 * are, and so does the column in which a module without a header begins.
 */
function openModule(code: string): { readonly name: string; readonly text: string } {
  const [first] = /^\uFEFF?(?:#!.*)?/.exec(code)!
  const start = skipSpace(code, first.length)
  const header = /module\b/y
  header.lastIndex = start
  if (!header.test(code)) {
    const line = code.slice(0, start).split('\n')
    const indent = line.at(-1)!.replace(/[^\t]/g, ' ')
    const mark = `\nmodule Main where\n{-# LINE ${line.length} "answer.hs" #-}\n`
    return { name: 'Main', text: `${code.slice(0, start)}${mark}${indent}${code.slice(start)}` }
  }
  const word = /[\p{Lu}][\w']*(?:\.[\p{Lu}][\w']*)*/uy
  word.lastIndex = skipSpace(code, header.lastIndex)
  const [name = 'Main'] = word.exec(code) ?? []
  const open = skipSpace(code, word.lastIndex)
  if (code[open] !== '(') return { name, text: code }
  const close = endOfList(code, open)
  return { name, text: code.slice(0, open) + code.slice(open, close).replace(/\S/g, ' ') + code.slice(close) }
}

/** Behind the bracket that closes the one there. */
function endOfList(code: string, open: number): number {
  let depth = 0
  for (let at = open; at < code.length; at = skipSpace(code, at + 1)) {
    if (code[at] === '(') depth++
    else if (code[at] === ')' && --depth === 0) return at + 1
  }
  return code.length
}
