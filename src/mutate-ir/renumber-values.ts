/**
 * The lines of one function in, the same with its unnamed values and blocks numbered from 0 in the order of their
 * definitions out: `%0`, `%1` and so on are positions in LLVM's text, and llvm-as takes no others.
 *
 * A number that nothing defines stays as it is, so that it may mean another value than before.
 */

const DEFINITION = /^ +%(\d+) = /
const LABEL = /^(?:(\d+)|[-$._\w]+|"[^"]*"):/
const PARAMETER = /%(\d+)(?=[,)])/g
const NUMBERED = /"[^"]*"|%(?:"[^"]*"|[-$._\w]+)|^\d+(?=:)/g

/** @param lines from `define` to the closing brace */
export function renumberValues(lines: readonly string[]): string[] {
  const numbers = new Map<string, number>()
  const define = (number: string | undefined) => {
    if (number !== undefined && !numbers.has(number)) numbers.set(number, numbers.size)
  }
  for (const [, number] of lines[0]!.matchAll(PARAMETER)) define(number)
  // A first block without a label has a number too.
  if (!LABEL.test(lines[1]!)) define(String(numbers.size))
  for (const line of lines.slice(1)) define((DEFINITION.exec(line) ?? LABEL.exec(line))?.[1])
  return lines.map((line) =>
    line.replace(NUMBERED, (token) => {
      const isLabel = /^\d/.test(token)
      const number = numbers.get(isLabel ? token : token.slice(1))
      if (number === undefined) return token
      return isLabel ? String(number) : `%${number}`
    }),
  )
}
