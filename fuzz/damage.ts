/**
 * Ways to damage a file, each a pure function of its bytes and the choices drawn: what a bad disk, a broken download, a
 * careless program or an attacker makes of it.
 */
import type { Random } from '../src/base/random.ts'

export interface Damaged {
  readonly how: string
  readonly bytes: Buffer
}

type Damage = (bytes: Buffer, random: Random) => Buffer

/** @param other another file, to take stretches from */
export function damageBytes(bytes: Buffer, other: Buffer, random: Random): Damaged {
  const damages = { ...BYTE_DAMAGES, graft: graftOf(other) }
  return apply(damages, bytes, random)
}

/** Of JSON, YAML, IR and the like, so that what comes out is often still read as such. */
export function damageText(bytes: Buffer, random: Random): Damaged {
  return apply(TEXT_DAMAGES, bytes, random)
}

/** A safetensors file's head, with the length before it put right again. */
export function damageTensorHead(bytes: Buffer, random: Random): Damaged {
  const end = 8 + Number(bytes.readBigUInt64LE(0))
  const { how, bytes: head } = damageText(bytes.subarray(8, end), random)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(head.length))
  return { how: `head: ${how}`, bytes: Buffer.concat([length, head, bytes.subarray(end)]) }
}

function apply(damages: Readonly<Record<string, Damage>>, bytes: Buffer, random: Random): Damaged {
  const how = random.pick(Object.keys(damages))
  return { how, bytes: bytes.length === 0 ? bytes : damages[how]!(bytes, random) }
}

/** Both ends of a stretch; small ones are likelier. */
function stretch(length: number, random: Random): readonly [start: number, end: number] {
  const start = random.int(0, length - 1)
  const size = random.int(1, Math.max(1, Math.floor((length - start) ** random.next())))
  return [start, Math.min(length, start + size)]
}

function graftOf(other: Buffer): Damage {
  return (bytes, random) => {
    if (other.length === 0) return bytes
    const [start, end] = stretch(bytes.length, random)
    const taken = other.subarray(...stretch(other.length, random))
    return Buffer.concat([bytes.subarray(0, start), taken, bytes.subarray(end)])
  }
}

const BYTE_DAMAGES: Readonly<Record<string, Damage>> = {
  bits(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let n = random.int(1, 20); n > 0; n--) copy[random.int(0, copy.length - 1)]! ^= 1 << random.int(0, 7)
    return copy
  },
  /** Most formats keep what matters at their beginning or their end. */
  'bits of the ends'(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let n = random.int(1, 4); n > 0; n--) {
      const near = random.int(0, Math.min(64, copy.length) - 1)
      copy[random.chance(0.5) ? near : copy.length - 1 - near]! ^= 1 << random.int(0, 7)
    }
    return copy
  },
  fill: (bytes, random) =>
    Buffer.from(bytes).fill(random.pick([0, 0xff, 0x20]), ...stretch(bytes.length, random)),
  truncate: (bytes, random) => bytes.subarray(0, random.int(0, bytes.length - 1)),
  'lose the start': (bytes, random) => bytes.subarray(random.int(1, bytes.length)),
  empty: () => Buffer.alloc(0),
  cut(bytes, random) {
    const [start, end] = stretch(bytes.length, random)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
  },
  repeat(bytes, random) {
    const [, end] = stretch(bytes.length, random)
    const [from, to] = stretch(bytes.length, random)
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(from, to), bytes.subarray(end)])
  },
  move(bytes, random) {
    const copy = Buffer.from(bytes)
    const [from, to] = stretch(bytes.length, random)
    copy.copy(copy, random.int(0, bytes.length - 1), from, to)
    return copy
  },
  append: (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random.int(1, 10_000), random.int(0, 255))]),
}

const ODD_WORDS = [
  ...[
    '0',
    '-1',
    '1',
    '255',
    '65536',
    '2147483647',
    '2147483648',
    '-2147483649',
    '4294967296',
    '9007199254740993',
  ],
  ...[
    '18446744073709551616',
    '1e308',
    '1e999',
    '-0',
    '0.1',
    '1e-320',
    'NaN',
    'Infinity',
    'null',
    'true',
    'false',
    '~',
  ],
  ...[
    '""',
    '[]',
    '{}',
    '[[]]',
    '"\\u0000"',
    '"\\ud800"',
    '"__proto__"',
    '"../x"',
    '"/dev/zero"',
    '"a\\u001b[2Jb"',
  ],
  ...[
    'constructor',
    'x',
    '\u0000',
    '\u001b[2J',
    '\ufeff',
    '\ufffd',
    '💥',
    '*',
    '&a',
    '!!js/function',
    '!!binary',
    '|',
    '- ',
  ],
]

/** A number, a name, a quoted text, or one sign. */
const WORD = /"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\w+|[^\s\w]/gu

/** Texts are damaged as latin1, which keeps every byte. */
const onText =
  (change: (text: string, random: Random) => string): Damage =>
  (bytes, random) =>
    Buffer.from(change(bytes.toString('latin1'), random), 'latin1')

const onWords = (change: (word: string, words: readonly string[], random: Random) => string) =>
  onText((text, random) => {
    const words = [...text.matchAll(WORD)]
    if (words.length === 0) return text
    const { 0: word, index } = random.pick(words)
    const put = change(
      word,
      words.map(([one]) => one),
      random,
    )
    return text.slice(0, index) + put + text.slice(index + word.length)
  })

const onLines = (change: (lines: string[], at: number, random: Random) => readonly string[]) =>
  onText((text, random) => {
    const lines = text.split('\n')
    return change(lines, random.int(0, lines.length - 1), random).join('\n')
  })

const oddWord = onWords((_word, _words, random) => Buffer.from(random.pick(ODD_WORDS)).toString('latin1'))

const TEXT_DAMAGES: Readonly<Record<string, Damage>> = {
  'odd word': oddWord,
  'odd words'(bytes, random) {
    let changed = bytes
    for (let n = random.int(2, 5); n > 0; n--) changed = oddWord(changed, random)
    return changed
  },
  'odd number': onText((text, random) => {
    const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)]
    if (numbers.length === 0) return text
    const { 0: number, index } = random.pick(numbers)
    return text.slice(0, index) + random.pick(ODD_WORDS) + text.slice(index + number.length)
  }),
  'another word': onWords((_word, words, random) => random.pick(words)),
  'no word': onWords(() => ''),
  'word twice': onWords((word) => `${word} ${word}`),
  'no line': onLines((lines, at) => lines.toSpliced(at, 1)),
  'line twice': onLines((lines, at) => lines.toSpliced(at, 0, lines[at]!)),
  'lines swapped': onLines((lines, at, random) => {
    const other = random.int(0, lines.length - 1)
    return lines.with(at, lines[other]!).with(other, lines[at]!)
  }),
  'half a line': onLines((lines, at, random) =>
    lines.with(at, lines[at]!.slice(0, random.int(0, lines[at]!.length))),
  ),
  'deep nesting': onWords((word, _words, random) => {
    const depth = random.pick([10, 1000, 100_000])
    return random.pick([
      `${'['.repeat(depth)}${word}${']'.repeat(depth)}`,
      '{"a":'.repeat(depth),
      '('.repeat(depth),
    ])
  }),
  'long word': onWords((word, _words, random) => word.repeat(random.pick([100, 10_000]))),
  'other line ends': onText((text) => text.replaceAll('\n', '\r\n')),
  'byte order mark': onText((text) => `\xef\xbb\xbf${text}`),
  utf16: (bytes) => Buffer.from(`\ufeff${bytes.toString('latin1')}`, 'utf16le'),
}
