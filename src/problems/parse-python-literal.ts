/**
 * What Python's `repr` prints for plain data, as data: None, True, False, numbers, strings, lists, tuples and dicts with
 * text or numbers as keys. Nothing is evaluated. Whole numbers beyond 2^53 are refused, since a double would not hold
 * them; sets, bytes, complex numbers and names are no plain data.
 */
import { type JsonValue, WholeFloat } from '../records/json-value.ts'

/**
 * @example parsePythonLiteral("{'a': [1, None, True]}") // { a: [1, null, true] }
 * @throws SyntaxError that says where
 */
export function parsePythonLiteral(text: string): JsonValue {
  const reader = new LiteralReader(text)
  const value = reader.value()
  reader.end()
  return value
}

const NUMBER = /[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y
const WORDS: Readonly<Record<string, JsonValue>> = { None: null, True: true, False: false }
const WORD = /[A-Za-z_]+/y
const SPACE = /\s*/y
/** Beyond it a text is an attack on the stack, not data. */
const DEEPEST = 500

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

class LiteralReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    this.#match(SPACE)
    if (this.#at < this.#text.length) throw this.#error('more than one value')
  }

  value(): JsonValue {
    this.#match(SPACE)
    const char = this.#text[this.#at]
    if (char === '[') return this.#items(']')
    if (char === '(') return this.#parenthesis()
    if (char === '{') return this.#dict()
    if (char === "'" || char === '"') return this.#strings()
    const number = this.#match(NUMBER)
    if (number !== '') return this.#number(number)
    const word = this.#match(WORD)
    if (Object.hasOwn(WORDS, word)) return WORDS[word]!
    throw this.#error(word === '' ? 'no value' : `${word} is no plain data`)
  }

  #number(text: string): number | WholeFloat {
    const value = Number(text.replaceAll('_', ''))
    const isWhole = /^[+-]?[\d_]+$/.test(text)
    if (isWhole ? !Number.isSafeInteger(value) : !Number.isFinite(value))
      throw this.#error(`${text} is beyond what a double holds`)
    return !isWhole && Number.isInteger(value) ? WholeFloat.of(value) : value
  }

  /** Strings that stand beside each other are one. */
  #strings(): string {
    let all = ''
    do {
      all += this.#string()
      this.#match(SPACE)
    } while (this.#text[this.#at] === "'" || this.#text[this.#at] === '"')
    return all
  }

  #string(): string {
    const mark = this.#text[this.#at]!
    const fence = this.#text.startsWith(mark.repeat(3), this.#at) ? mark.repeat(3) : mark
    let from = this.#at + fence.length
    const parts: string[] = []
    for (let at = from; at < this.#text.length; ) {
      if (this.#text.startsWith(fence, at)) {
        parts.push(this.#text.slice(from, at))
        this.#at = at + fence.length
        return parts.join('')
      }
      if (this.#text[at] !== '\\') {
        at++
        continue
      }
      parts.push(this.#text.slice(from, at))
      this.#at = at + 1
      parts.push(this.#escape())
      at = this.#at
      from = at
    }
    throw this.#error('a string does not end')
  }

  /** Behind a backslash. */
  #escape(): string {
    const char = this.#text[this.#at] ?? ''
    if (Object.hasOwn(ESCAPES, char)) {
      this.#at++
      return ESCAPES[char]!
    }
    const coded = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})/y
    coded.lastIndex = this.#at
    const [whole, ...digits] = coded.exec(this.#text) ?? []
    // What Python does not know it leaves as it is, backslash and all.
    if (whole === undefined) return '\\'
    this.#at += whole.length
    const code =
      digits[3] === undefined ? Number.parseInt(digits.find(Boolean)!, 16) : Number.parseInt(digits[3], 8)
    if (code > 0x10ffff) throw this.#error(`there is no character ${whole}`)
    return String.fromCodePoint(code)
  }

  /** A tuple is a list; one value in parentheses is that value. */
  #parenthesis(): JsonValue {
    const from = this.#at
    const items = this.#items(')')
    const isTuple = items.length !== 1 || /,\s*\)$/.test(this.#text.slice(from, this.#at))
    return isTuple ? items : items[0]!
  }

  #items(close: string): JsonValue[] {
    const items: JsonValue[] = []
    this.#separated(close, () => items.push(this.value()))
    return items
  }

  #dict(): JsonValue {
    const entries: [string, JsonValue][] = []
    this.#separated('}', () => {
      const key = this.value()
      const isNumber = typeof key === 'number' || key instanceof WholeFloat
      if (typeof key !== 'string' && !isNumber) throw this.#error('a key that is neither text nor number')
      this.#match(SPACE)
      if (this.#text[this.#at] !== ':') throw this.#error('a key without a value')
      this.#at++
      entries.push([isNumber ? JSON.stringify(key) : key, this.value()])
    })
    // fromEntries, so that a key "__proto__" is a key like any other.
    return Object.fromEntries(entries)
  }

  #separated(close: string, readOne: () => void): void {
    if (++this.#depth > DEEPEST) throw this.#error('values lie too deep in each other')
    this.#at++
    for (;;) {
      this.#match(SPACE)
      if (this.#text[this.#at] === close) break
      readOne()
      this.#match(SPACE)
      if (this.#text[this.#at] === ',') this.#at++
      else if (this.#text[this.#at] !== close) throw this.#error(`no ${close}`)
    }
    this.#at++
    this.#depth--
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? ['']
    this.#at += found.length
    return found
  }

  #error(what: string): SyntaxError {
    return new SyntaxError(`${what}, at character ${this.#at}`)
  }
}
