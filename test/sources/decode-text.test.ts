import { describe, expect, it } from 'vitest'
import { decodeText } from '../../src/sources/decode-text.ts'

const decoded = (text: string) => ({ kind: 'decoded', text })
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')

describe('decodeText', () => {
  it.each([
    ['plain ASCII', Buffer.from('int x;\n'), 'int x;\n'],
    ['UTF-8', Buffer.from('/* é 日 */\n'), '/* é 日 */\n'],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFint x;\n'), 'int x;\n'],
    ['UTF-16 little endian', utf16('int é;\n'), 'int é;\n'],
    ['UTF-16 big endian', utf16('int é;\n').swap16(), 'int é;\n'],
    ['Latin-1, where UTF-8 is invalid', Buffer.from('/* caf\xe9 */', 'latin1'), '/* café */'],
    ['a string with a byte order mark', '\uFEFFint x;', 'int x;'],
    ['CRLF and lone CR line ends', 'a\r\nb\rc\n', 'a\nb\nc\n'],
    ['CR before CRLF as two line ends', 'a\r\r\nb', 'a\n\nb'],
    ['half a surrogate pair', JSON.parse('"/* \\ud83d */"') as string, '/* \uFFFD */'],
    ['a whole surrogate pair', '/* \ud83d\ude00 */', '/* 😀 */'],
    ['a byte order mark elsewhere', 'int\uFEFF x;', 'int\uFEFF x;'],
  ])('reads %s', (_, content, text) => {
    expect(decodeText(content)).toEqual(decoded(text))
  })

  it.each([
    ['a NUL byte', Buffer.from('int x;\0'), 'nul-bytes'],
    ['a NUL in a string', 'int\0', 'nul-bytes'],
    ['UTF-16 without a byte order mark', Buffer.from('int x;', 'utf16le'), 'nul-bytes'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x69, 0, 0, 0]), 'nul-bytes'],
    ['nothing', Buffer.alloc(0), 'empty'],
    ['only a byte order mark', Buffer.from('\uFEFF'), 'empty'],
    ['white space', ' \t\r\n', 'empty'],
  ])('drops %s', (_, content, reason) => {
    expect(decodeText(content)).toMatchObject({ kind: 'dropped', reason })
  })
})
