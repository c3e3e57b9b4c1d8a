/**
 * The files of Go that call an answer's function (native/judge-box/drivers/call.go). Pure. The answer is a package under
 * its own name, whole; a file beside it, of one line, hands the function over, and the program imports both.
 */
import type { BoxFile } from '../box-frames.ts'
import { blankTexts } from '../code-tests/blank-texts.ts'
import type { Calls } from './language-definition.ts'
import { passedScalars } from './passed-scalars.ts'

const MAIN = `package main

import (
	_ "answer"
	"gepo/call"
)

func main() { call.Run() }
`

/** For type parameters. */
const WORDS = { integer: ['int'], number: ['float64'], text: ['string'], flag: ['bool'] }

/** The answer's files in the forms to try until one compiles: several for a generic function, by its types. */
export function goCallFiles(code: string, calls: Calls): readonly (readonly BoxFile[])[] {
  const bare = blankTexts(code, 'go').replaceAll(/\s+/g, ' ')
  const [, packageName] = /^\s*package\s+([\p{L}_][\p{L}\p{Nd}_]*)/u.exec(bare) ?? []
  // On the first line, so that all keep their numbers.
  const answer = { path: 'answer.go', content: packageName === undefined ? `package main; ${code}` : code }
  const words = declarationOf(bare, calls.name).match(/\b(?:rune|byte)\b/g) ?? []
  return expressionsFor(bare, calls).map((expression) => [
    answer,
    {
      path: 'entry.go',
      content: `package ${packageName ?? 'main'}; import gepo_call "gepo/call"; func init() { gepo_call.Take(${expression}, "${words.join(' ')}") }\n`,
    },
    { path: 'main.go', content: MAIN },
  ])
}

/** From the function's name to its body. */
function declarationOf(bare: string, name: string): string {
  const start = new RegExp(`\\bfunc\\s+(?:\\([^()]*\\)\\s*)?${name}\\b|\\b${name}\\s*=\\s*func\\b`).exec(bare)
  if (start === null) return ''
  let depth = 0
  for (let at = start.index + start[0].length; at < bare.length; at++) {
    const char = bare[at]!
    if (char === '{' && depth === 0 && !/\b(?:interface|struct)\s*$/.test(bare.slice(at - 12, at)))
      return bare.slice(start.index, at)
    depth += '({['.includes(char) ? 1 : ')}]'.includes(char) ? -1 : 0
  }
  return bare.slice(start.index)
}

function expressionsFor(bare: string, calls: Calls): string[] {
  const { name } = calls
  const has = (pattern: string) => new RegExp(`\\bfunc\\s*${pattern}`).test(bare)
  if (has(`\\s${name}\\s*\\[`)) return passedScalars(calls, WORDS).map((list) => `${name}[${list}]`)
  const isMethod = has(`\\(\\s*(?:\\w+\\s+)?\\*?\\s*Solution\\s*\\)\\s*${name}\\b`)
  return [isMethod && !has(`\\s${name}\\b`) ? `(&Solution{}).${name}` : name]
}
