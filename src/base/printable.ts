/**
 * Text of programs, made safe to show: control characters, which could move the cursor, rename the window or turn a line
 * round, appear as escapes. Tabs and line ends stay.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, escapeOf)
}

/** Bytes, one char each, as the text they most likely are: UTF-8 where they are valid UTF-8, else as they are. */
export function printableBytes(latin1: string): string {
  try {
    return printable(utf8.decode(Buffer.from(latin1, 'latin1')))
  } catch {
    return printable(latin1)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function escapeOf(char: string): string {
  const code = char.charCodeAt(0)
  if (char === '\r') return '\\r'
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
}
