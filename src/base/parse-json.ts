/**
 * JSON as data sets and editors write it: behind a byte order mark, and with NaN and Infinity, which Python's json
 * writes and JSON does not have; they come out as null.
 *
 * @param parse how the text without them is read
 * @throws SyntaxError as JSON.parse does
 */
export function parseLenientJson<Value = unknown>(
  text: string,
  parse: (text: string) => Value = JSON.parse,
): Value {
  const plain = withoutByteOrderMark(text)
  try {
    return parse(plain)
  } catch (error) {
    const numbers = plain.replace(STRING_OR_NO_NUMBER, (found) => (found.startsWith('"') ? found : 'null'))
    if (numbers === plain) throw error
    return parse(numbers)
  }
}

export const withoutByteOrderMark = (text: string): string => text.replace(/^\uFEFF/, '')

const STRING_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gs
