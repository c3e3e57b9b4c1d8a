/** Source text with nothing in its comments and literals, every char where it was: for questions that a pattern can answer. */

const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`
const STRING = String.raw`"(?:\\[\s\S]|[^"\\\n])*"?`
const CHAR = String.raw`(?<![0-9A-Fa-f])'(?:\\[^\n]{1,10}?|[^'\\\n])'`
const TEXT_BLOCK = String.raw`"""[\s\S]*?(?:"""|$)`

/**
 * What each language has instead of text that means something. What does not end takes all that is left of its line or of
 * the text: looking for an end again and again would take its time with an answer of nothing but beginnings.
 */
const TEXTS = {
  cpp: [String.raw`R"([^()\\ ]{0,16})\([\s\S]*?(?:\)\1"|$)`, STRING, CHAR, COMMENT],
  java: [TEXT_BLOCK, STRING, CHAR, COMMENT],
  scala: [TEXT_BLOCK, STRING, CHAR, COMMENT],
  csharp: [String.raw`(?:\$@|@\$?)"(?:""|[^"])*"?`, STRING, CHAR, COMMENT],
  go: ['`[^`]*`?', STRING, CHAR, COMMENT],
  rust: [String.raw`\br(#*)"[\s\S]*?(?:"\1|$)`, String.raw`"(?:\\[\s\S]|[^"\\])*"?`, CHAR, COMMENT],
} as const

export type BracedLanguage = keyof typeof TEXTS

/** @example blankTexts('f("{") // }', 'cpp') // 'f(   )     ' */
export function blankTexts(code: string, language: BracedLanguage): string {
  return code.replace(new RegExp(TEXTS[language].join('|'), 'gu'), (found) => found.replace(/[^\n]/g, ' '))
}

/**
 * A test without the braces that belong to the answer: some data sets let a test begin with those that end what a prompt
 * has begun, and end with the one that ends its class.
 *
 * @example withoutStrayBraces('}\nint main() {}\n', 'cpp') // '\nint main() {}\n'
 */
export function withoutStrayBraces(code: string, language: BracedLanguage): string {
  const bare = blankTexts(code, language)
  const stray: number[] = []
  let depth = 0
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '{') depth++
    else if (bare[at] !== '}') continue
    else if (depth > 0) depth--
    else stray.push(at)
  }
  return stray.reduceRight((text, at) => text.slice(0, at) + text.slice(at + 1), code)
}
