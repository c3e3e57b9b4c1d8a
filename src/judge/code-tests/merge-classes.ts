/**
 * One source file of an answer and of a test in a language whose functions lie in classes. Pure.
 *
 * The test declares classes of its own, which come after the answer's, or it consists of members, which come into that
 * class of the answer whose methods it calls. Imports come first. The answer's own `main`, and those of its classes that
 * are called as one of the test's, get other names.
 */
import { randomBytes } from 'node:crypto'
import { type BracedLanguage, blankTexts, withoutStrayBraces } from './blank-texts.ts'

export interface ClassLanguage {
  readonly texts: BracedLanguage
  /** A package's line, which is left out. */
  readonly package?: RegExp
  /** An import that has to come first; undefined where it may stand anywhere. */
  readonly import?: RegExp
  /** What begins a class or the like, with its name. */
  readonly type: RegExp
  /** What begins a main method, its name as the first group. */
  readonly main: RegExp
  /** What else makes a type a program. */
  readonly program?: RegExp
  /** Types of the library by which tests compare; an answer that declares one means to replace it. */
  readonly library: readonly string[]
  /** What begins a variable, a property or the like, its name as the first group. */
  readonly variable: RegExp
  /** The test with its assertions and comparisons asked of `name`, and what declares that. */
  readonly checked: (test: string, name: string) => { readonly test: string; readonly helper: string }
}

export type Merged = { readonly source: string; readonly mainType: string } | { readonly problem: string }

interface Type {
  readonly name: string
  /** Where its name stands, and what is between its braces. */
  readonly nameAt: number
  readonly from: number
  readonly to: number
  readonly header: string
}

export function mergeClasses(answer: string, test: string, language: ClassLanguage): Merged {
  const key = randomBytes(8).toString('hex')
  const { test: checked, helper } = language.checked(
    withoutStrayBraces(test, language.texts),
    `GepoCheck${key}`,
  )
  const [testImports, testBody] = lift(checked, language)
  const [answerImports, ownBody] = lift(answer, language)
  const types = typesOf(testBody, language)
  const replaced = libraryTypes(ownBody, testBody, language)
  if (replaced !== undefined)
    return { problem: `the answer declares ${replaced}, which the test means of the library` }
  const body = renameTypes(replaceBare(ownBody, language, language.main, `main${key}`), types, key, language)
  const imports = [...new Set([...answerImports, ...testImports])]
  if (types.length > 0) {
    const bare = blankTexts(testBody, language.texts)
    const program = types.find(
      ({ header, from, to }) =>
        language.program?.test(header) || new RegExp(language.main, 's').test(bare.slice(from, to)),
    )
    if (program === undefined) return { problem: 'the test has no main' }
    return { source: [...imports, body, testBody, helper].join('\n'), mainType: program.name }
  }
  const host = hostOf(body, testBody, language)
  if (host === undefined) return { problem: 'the answer has no class that the test could be a part of' }
  const source = [...imports, `${body.slice(0, host.to)}\n${testBody}\n${body.slice(host.to)}`, helper].join(
    '\n',
  )
  return { source, mainType: host.name }
}

/** The imports of a text and the rest of it. */
function lift(
  code: string,
  { texts, package: packageLine, import: importLine }: ClassLanguage,
): [string[], string] {
  const imports: string[] = []
  let rest = code
  for (const [pattern, keep] of [
    [packageLine, false],
    [importLine, true],
  ] as const) {
    if (pattern === undefined) continue
    const bare = blankTexts(rest, texts)
    for (const found of [...bare.matchAll(new RegExp(pattern, 'gm'))].reverse()) {
      if (keep) imports.unshift(found[0].trim())
      rest = rest.slice(0, found.index) + rest.slice(found.index + found[0].length)
    }
  }
  return [imports, rest]
}

/** Replaces the first group of what the pattern finds outside of texts, or all of it. */
export function replaceBare(
  code: string,
  { texts }: Pick<ClassLanguage, 'texts'>,
  pattern: RegExp,
  by: string,
): string {
  const found = [...blankTexts(code, texts).matchAll(new RegExp(pattern, 'dg'))]
  return found.reduceRight((text, { indices }) => {
    const [from, to] = indices![1] ?? indices![0]!
    return text.slice(0, from) + by + text.slice(to)
  }, code)
}

/** Those that lie in no other. */
function typesOf(code: string, { texts, type }: ClassLanguage): Type[] {
  const bare = blankTexts(code, texts)
  const types: Type[] = []
  let depth = 0
  let at = 0
  for (const { index, 0: header, 1: name } of bare.matchAll(new RegExp(type, 'g'))) {
    for (; at < index; at++) depth += bare[at] === '{' ? 1 : bare[at] === '}' ? -1 : 0
    if (depth > 0) continue
    const from = index + header.length
    types.push({ name: name!, nameAt: index + header.indexOf(name!), from, to: endOf(bare, from), header })
  }
  return types
}

function endOf(bare: string, from: number): number {
  let depth = 1
  for (let at = from; at < bare.length; at++) {
    depth += bare[at] === '{' ? 1 : bare[at] === '}' ? -1 : 0
    if (depth === 0) return at
  }
  return bare.length
}

function renameTypes(code: string, taken: readonly Type[], key: string, language: ClassLanguage): string {
  const names = new Set(taken.map(({ name }) => name))
  const twice = typesOf(code, language).filter(({ name }) => names.has(name))
  return twice.reduce(
    (text, { name }) => replaceBare(text, language, new RegExp(`\\b${name}\\b`), `${name}_${key}`),
    code,
  )
}

function libraryTypes(
  answer: string,
  test: string,
  { texts, type, variable, library }: ClassLanguage,
): string | undefined {
  const words = new Set(blankTexts(test, texts).match(/\w+/g))
  const bare = blankTexts(answer, texts)
  return [type, variable]
    .flatMap((pattern) => Array.from(bare.matchAll(new RegExp(pattern, 'g')), ([, name]) => name!))
    .find((name) => (library.includes(name) && words.has(name)) || PACKAGES.test(name))
}

/** What the library is found by. */
const PACKAGES = /^(?:java|javax|scala|System)$/

/** The class that has most of the methods that the test calls. */
function hostOf(answer: string, test: string, language: ClassLanguage): Type | undefined {
  const bare = blankTexts(answer, language.texts)
  const called = [
    ...new Set(
      [...blankTexts(test, language.texts).matchAll(/(?<![.\w])(\w+)\s*\(/g)].map(([, name]) => name!),
    ),
  ]
  const has = ({ from, to }: Type) => {
    const body = bare.slice(from, to)
    return called.filter((name) => new RegExp(`\\b${name}\\s*[([]`).test(body)).length
  }
  return typesOf(answer, language).reduce<Type | undefined>(
    (best, type) => (best === undefined || has(type) > has(best) ? type : best),
    undefined,
  )
}
