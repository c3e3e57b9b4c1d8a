/** What the languages with braces have in common, where a function is looked up in an answer's text. Pure. */

/** What is in no braces. */
export function topOf(bare: string): string {
  let depth = 0
  let top = ''
  for (const char of bare) {
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (depth <= 0) top += char
  }
  return top
}
