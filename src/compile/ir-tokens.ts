/**
 * Normalised IR text in, its tokens out: line ends are tokens, and names either stay
 * or are made equal.
 */

/** `kept`: as the text has them. `normalised`: those of values, blocks, types and private constants, and strings, vanish. */
export type NameTreatment = 'kept' | 'normalised'

const TOKEN =
  /(?<label>^(?:[-$._\w]+|"[^"]*"):)|(?<string>c"[^"]*")|(?<name>[%@](?:"[^"]*"|[-$._\w]+))|"[^"]*"|[-+]?\d[\w.+]*|[A-Za-z_][\w.]*|\.{3}|\n|[^\s]/gm
const PRIVATE_GLOBAL = /^(@(?:"[^"]*"|[-$._\w]+)) = (?:private|internal) /gm
const TYPE = /^%"?(?:struct|union)\./

/** @example irTokens('  ret i32 %x\n', 'normalised') // ['ret', 'i32', '%', '\n'] */
export function irTokens(ir: string, names: NameTreatment): string[] {
  if (names === 'kept') return Array.from(ir.matchAll(TOKEN), ([token]) => token)
  const hidden = new Set(Array.from(ir.matchAll(PRIVATE_GLOBAL), (match) => match[1]!))
  return Array.from(ir.matchAll(TOKEN), ({ 0: token, groups }) => {
    const { label, string, name } = groups!
    if (label !== undefined) return ':'
    if (string !== undefined) return 'c""'
    if (name === undefined) return token
    if (name.startsWith('@')) return hidden.has(name) ? '@' : name
    return TYPE.test(name) ? '%type' : '%'
  })
}
