/**
 * Bytes or a string of unknown origin enter, C text leaves: no byte order mark, LF line ends, well-formed.
 * Not guaranteed: that bytes which are not UTF-8 were really Latin-1. Any byte is a Latin-1 character, so
 * Shift-JIS or GBK comments come out as other letters; the ASCII that C is made of stays as it was.
 */
import type { DroppedContent } from './raw-item.ts'

export type DecodedText = { readonly kind: 'decoded'; readonly text: string } | DroppedContent

const byteOrderMark = '\uFEFF'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes one C file.
 *
 * @example decodeText(Buffer.from('\uFEFFint x;\r\n')) // { kind: 'decoded', text: 'int x;\n' }
 */
export function decodeText(content: Uint8Array | string): DecodedText {
  const raw = typeof content === 'string' ? content : decodeBytes(content)
  const withoutMark = raw.startsWith(byteOrderMark) ? raw.slice(1) : raw
  // JSON can spell half of a surrogate pair; it has no UTF-8 form, so hashing and storing would disagree.
  const text = withoutMark.replace(/\r\n?/g, '\n').toWellFormed()
  const nul = text.indexOf('\0')
  if (nul >= 0) return { kind: 'dropped', reason: 'nul-bytes', detail: `NUL at character ${nul}` }
  if (text.trim() === '') return { kind: 'dropped', reason: 'empty', detail: 'nothing but white space' }
  return { kind: 'decoded', text }
}

/** UTF-16 where a byte order mark says so, else UTF-8, else Latin-1; a mark stays in the text. */
export function decodeBytes(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes)
  try {
    return utf8.decode(bytes)
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}
