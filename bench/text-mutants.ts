/**
 * A program's text in, the same with one operator or literal made another out: mutants in any language that is written
 * with these signs. Texts and comments are left alone. Many mutants do not compile, and some do what the original does.
 */
import type { Random } from '../src/base/random.ts'
import type { Language } from '../src/records/language.ts'

export interface TextMutant {
  readonly text: string
  /** @example '12: < becomes <=' */
  readonly edit: string
}

/** Signs with a space on both sides: elsewhere they may open a type or an address. */
const SWAPS: readonly (readonly [pattern: RegExp, by: (found: string) => string])[] = [
  [/(?<=\s)(?:<=?|>=?|==|!=|===|!==)(?=\s)/g, (sign) => COMPARISONS[sign]!],
  [/(?<=\s)[-+*](?=\s)/g, (sign) => ({ '+': '-', '-': '+', '*': '+' })[sign]!],
  [/&&|\|\||\band\b|\bor\b/g, (sign) => ({ '&&': '||', '||': '&&', and: 'or', or: 'and' })[sign]!],
  [/\b(?:true|false|True|False)\b/g, (word) => FLAGS[word]!],
  [/(?<![\w.$])\d{1,6}(?![\w.])/g, (digits) => String(Number(digits) + 1)],
]

const COMPARISONS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
  '===': '!==',
  '!==': '===',
}
const FLAGS: Readonly<Record<string, string>> = { true: 'false', false: 'true', True: 'False', False: 'True' }

const TEXTS = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g
const SLASHED = /\/\/.*|\/\*[\s\S]*?\*\//g
const HASHED = /#.*/g
const DASHED = /--.*|\{-[\s\S]*?-\}/g
const COMMENTS: Readonly<Partial<Record<Language, RegExp>>> = {
  python: HASHED,
  bash: HASHED,
  haskell: DASHED,
}
/** What a line with one of these says is no part of what is computed. */
const IMPORTS = /^\s*(?:#|import\b|from\b|using\b|use\b|package\b|include\b).*$/gm

/** @returns at most `count`, of different places, drawn by `random` */
export function mutantsOf(language: Language, code: string, count: number, random: Random): TextMutant[] {
  const plain = blanked(code, TEXTS, COMMENTS[language] ?? SLASHED, IMPORTS)
  const edits = SWAPS.flatMap(([pattern, by]) =>
    Array.from(plain.matchAll(pattern), ({ 0: found, index }) => ({ found, index, other: by(found) })),
  )
  return random
    .shuffle(edits)
    .slice(0, count)
    .map(({ found, index, other }) => ({
      text: `${code.slice(0, index)}${other}${code.slice(index + found.length)}`,
      edit: `${code.slice(0, index).split('\n').length}: ${found} becomes ${other}`,
    }))
}

/** Blanks for what is found, so that places stay. */
const blanked = (code: string, ...patterns: readonly RegExp[]) =>
  patterns.reduce(
    (text, pattern) => text.replaceAll(pattern, (found) => found.replaceAll(/[^\n]/g, ' ')),
    code,
  )
