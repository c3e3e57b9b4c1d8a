/** Bytes as the text of a C string literal. */

const SHORT: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 34: '\\"', 92: '\\\\' }

/**
 * @param bytes null stands for a byte that was never written, shown as `\?`
 * @example
 * cString([104, 105, 0]) // '"hi\\0"'
 */
export function cString(bytes: Iterable<number | null>): string {
  const list = [...bytes]
  const chars = list.map((byte, index) => {
    if (byte === null) return '\\?'
    if (SHORT[byte] !== undefined) return SHORT[byte]
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte)
    // Always three digits before a digit, so that two texts are equal only if their bytes are.
    const next = list[index + 1]
    const digitFollows = next !== undefined && next !== null && next >= 48 && next <= 57
    return `\\${byte === 0 && !digitFollows ? '0' : byte.toString(8).padStart(3, '0')}`
  })
  return `"${chars.join('')}"`
}

/** One character as C writes it, or its number when it cannot be printed. */
export function cCharacter(value: number): string {
  if (value === 39) return "'\\''"
  if (value === 34) return "'\"'"
  if (value === 92) return "'\\\\'"
  return value >= 32 && value < 127 ? `'${String.fromCharCode(value)}'` : String(value)
}
