/**
 * The files of Rust that call an answer's function (native/judge-box/drivers/call.rs). Pure. The answer is a library,
 * whole, with one module behind its last line that names the function; the program calls that module.
 */
import type { BoxFile } from '../box-frames.ts'
import { blankTexts } from '../code-tests/blank-texts.ts'
import type { Calls } from './language-definition.ts'
import { passedScalars, type ScalarKind } from './passed-scalars.ts'
import { topOf } from './source-text.ts'

const MAIN = 'fn main() { answer::gepo_entry::run() }\n'

/** For type parameters, the likeliest first. */
const WORDS: Readonly<Record<ScalarKind, readonly string[]>> = {
  integer: ['i32', 'i64'],
  number: ['f64'],
  text: ['String', '&str'],
  flag: ['bool'],
}

/**
 * The answer's files in the forms to try until one compiles: several for a generic function, by its types.
 *
 * @returns undefined where nothing in the answer has the function's name
 */
export function rustCallFiles(code: string, calls: Calls): readonly (readonly BoxFile[])[] | undefined {
  const bare = blankTexts(code, 'rust').replaceAll(/\s+/g, ' ')
  const place = placeOf(bare, calls.name)
  if (place === undefined) return undefined
  // Pages for practice declare it themselves.
  const solution = place === 'Solution' && !/\b(?:struct|enum|type)\s+Solution\b/.test(bare)
  const tail = (expression: string) =>
    `\n${solution ? 'pub struct Solution;\n' : ''}pub mod gepo_entry { pub fn run() { ::gepo_call::run(${expression}) } }\n`
  return expressionsFor(bare, calls, place).map((expression) => [
    { path: 'answer.rs', content: `${code}${tail(expression)}` },
    { path: 'main.rs', content: MAIN },
  ])
}

function placeOf(bare: string, name: string): 'outside' | 'Solution' | undefined {
  const top = topOf(bare)
  const isThere = new RegExp(
    `\\bfn\\s+(?:r#)?${name}\\b|\\b(?:static|const)\\s+${name}\\b|\\buse\\s+(?!(?:::)?\\s*(?:std|core|alloc)\\b)[^;]{0,500}\\b${name}\\b`,
  )
  if (isThere.test(top)) return 'outside'
  return /\bimpl\s+Solution\b/.test(bare) && new RegExp(`\\bfn\\s+(?:r#)?${name}\\b`).test(bare)
    ? 'Solution'
    : undefined
}

function expressionsFor(bare: string, calls: Calls, place: 'outside' | 'Solution'): string[] {
  const [, types, self] =
    new RegExp(
      `\\bfn\\s+(?:r#)?${calls.name}\\s*(?:<([^(]{0,500})>)?\\s*\\(\\s*(&?\\s*(?:'\\w+\\s+)?(?:mut\\s+)?self\\b)?`,
    ).exec(bare) ?? []
  const path = `super::${place === 'Solution' ? 'Solution::' : ''}r#${calls.name}`
  if (self !== undefined) {
    const isEmpty = !/\bstruct\s+Solution\b\s*(?:\(|\{\s*[^\s}])/.test(bare)
    const target = isEmpty ? 'super::Solution {}' : '<super::Solution as Default>::default()'
    const names = calls.arguments[0]!.map((_, index) => `p${index}`).join(', ')
    return [`|${names}| (${target}).r#${calls.name}(${names})`]
  }
  const isGeneric = types?.split(',').some((each) => /^\s*[A-Z]/.test(each))
  return isGeneric ? passedScalars(calls, WORDS).map((list) => `${path}::<${list}>`) : [path]
}
