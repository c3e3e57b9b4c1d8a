/** C source in, the constants that its comparisons may be about out: values for made-up inputs. */
import type { Dictionary } from '../code-engine.ts'

const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|^[ \t]*#[ \t]*include[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'|\b(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?)/gm
const MAX_ENTRIES = 48
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** @example findConstants("if (c == 'x' && n < 100) puts(\"no\");") // {numbers: ['100'], words: ['no'], chars: 'x'} */
export function findConstants(code: string): Dictionary {
  const numbers = new Set<string>()
  const words = new Set<string>()
  const chars = new Set<string>()
  for (const [token] of code.matchAll(TOKEN)) {
    if (token.startsWith("'")) {
      const char = unescapeC(token.slice(1, -1))
      if (char.length === 1 && char !== '\0') chars.add(char)
    } else if (token.startsWith('"')) {
      const word = unescapeC(token.slice(1, -1)).trim()
      // A conversion marks a format; what has spaces cannot come in by %s.
      if (word !== '' && word.length <= 32 && !/[%\s\0]/.test(word)) words.add(word)
    } else if (/^\d/.test(token)) {
      const value = Number(token)
      // 0 and 1 are tried anyway; what a double cannot hold exactly is left out.
      if (Number.isInteger(value) ? Number.isSafeInteger(value) && value > 1 : Number.isFinite(value))
        numbers.add(String(value))
    }
  }
  const first = (set: Set<string>) => [...set].slice(0, MAX_ENTRIES)
  return { numbers: first(numbers), words: first(words), chars: first(chars).join('') }
}

const unescapeC = (text: string) => text.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char)
