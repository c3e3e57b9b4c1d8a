/** A program in, the same with a small edit out, as a tired author or a model makes them; in any language. */
import type { Random } from '../src/base/random.ts'

type Edit = (code: string, random: Random) => string

export function editAnswer(code: string, random: Random): { readonly how: string; readonly code: string } {
  const how = random.pick(Object.keys(EDITS))
  return { how, code: EDITS[how]!(code, random) }
}

const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '=',
  '+=',
  '-=',
  '&',
  '^',
  '<<',
]
const NUMBERS = ['0', '1', '-1', '2', '10', '100000', '2147483647', '4294967296', '0.5', '1e9']

/** A quoted text, a number, a name, an operator, or one other sign. */
const WORD = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|[-+*/%<>=!&|^]+|[^\s\w]/g
const isOperator = (word: string) => /^[-+*/%<>=!&|^]+$/.test(word)
const isNumber = (word: string) => /^\d/.test(word)
const isName = (word: string) => /^[A-Za-z_]/.test(word)
const isText = (word: string) => /^["']/.test(word)

/** A word of a kind replaced; the program itself where it has none. */
const onWord =
  (
    fits: (word: string) => boolean,
    change: (word: string, random: Random, words: readonly string[]) => string,
  ): Edit =>
  (code, random) => {
    const found = [...code.matchAll(WORD)].filter(([word]) => fits(word))
    if (found.length === 0) return code
    const { 0: word, index } = random.pick(found)
    const put = change(
      word,
      random,
      found.map(([one]) => one),
    )
    return code.slice(0, index) + put + code.slice(index + word.length)
  }

const onLine =
  (change: (lines: string[], at: number, random: Random) => readonly string[]): Edit =>
  (code, random) => {
    const lines = code.split('\n')
    return change(lines, random.int(0, lines.length - 1), random).join('\n')
  }

const EDITS: Readonly<Record<string, Edit>> = {
  operator: onWord(isOperator, (_word, random) => random.pick(OPERATORS)),
  number: onWord(isNumber, (_word, random) => random.pick(NUMBERS)),
  'one more': onWord(isNumber, (word) => `(${word} + 1)`),
  name: onWord(isName, (_word, random, words) => random.pick(words)),
  text: onWord(
    isText,
    (word, random) => `${word[0]}${random.pick(['', ' ', 'x', '%d', '\\n', '\\0', 'é'])}${word[0]}`,
  ),
  'no word': onWord(
    () => true,
    () => '',
  ),
  'word twice': onWord(
    () => true,
    (word) => `${word} ${word}`,
  ),
  'no line': onLine((lines, at) => lines.toSpliced(at, 1)),
  'line twice': onLine((lines, at) => lines.toSpliced(at, 0, lines[at]!)),
  'lines swapped': onLine((lines, at, random) => {
    const other = random.int(0, lines.length - 1)
    return lines.with(at, lines[other]!).with(other, lines[at]!)
  }),
  'half a line': onLine((lines, at, random) =>
    lines.with(at, lines[at]!.slice(0, random.int(0, lines[at]!.length))),
  ),
  'the first half': (code, random) => code.slice(0, random.int(0, code.length)),
}
