/**
 * The text of one instruction in, its words, types and values out, one after the other. What is not as expected makes
 * the scanner fail for good, which its user asks about once, at the end.
 */
import type { IrSpan } from './ir-module.ts'

const BLANKS = /\s*/y
const NAME = /[%@](?:"[^"]*"|[-$._\w]+)/y
const WORD = /[a-z_][\w.]*/y
const NUMBER = /-?\d[\d.e+-]*/y
const HEX_NUMBER = /0x[KLMHR]?[0-9A-F]+/y
const PRIMITIVE = /(?:void|ptr|i\d+|half|bfloat|float|double|x86_fp80|fp128|ppc_fp128)\b/y
const LITERAL = /(?:true|false|null|undef|poison|zeroinitializer|none)\b/y
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

export class IrScanner {
  readonly text: string
  #at: number
  #hasFailed = false

  constructor(text: string, at = 0) {
    this.text = text
    this.#at = at
  }

  get hasFailed(): boolean {
    return this.#hasFailed
  }

  get isAtEnd(): boolean {
    this.#take(BLANKS)
    return this.#at === this.text.length
  }

  /** Takes `mark` if it comes next. */
  has(mark: string): boolean {
    this.#take(BLANKS)
    const isNext = this.text.startsWith(mark, this.#at)
    if (isNext) this.#at += mark.length
    return isNext
  }

  expect(mark: string): void {
    if (!this.has(mark)) this.#hasFailed = true
  }

  /** The next word if it is one of these, with the parentheses or the number that belong to it. */
  word(known: ReadonlySet<string>): IrSpan | undefined {
    const start = this.#skipBlanks()
    const word = this.#take(WORD)
    if (!known.has(word)) {
      this.#at = start
      return undefined
    }
    if (word === 'align') {
      this.#take(BLANKS)
      this.#take(NUMBER)
    } else if (this.text[this.#at] === '(') this.#balanced()
    return this.#span(start)
  }

  words(known: ReadonlySet<string>): IrSpan[] {
    const found: IrSpan[] = []
    for (let word = this.word(known); word !== undefined; word = this.word(known)) found.push(word)
    return found
  }

  type(): IrSpan {
    const start = this.#skipBlanks()
    const first = this.text[this.#at]
    if (first === '[' || first === '{' || first === '<') this.#balanced()
    else if (this.#take(PRIMITIVE) === '' && (first !== '%' || this.#take(NAME) === ''))
      this.#hasFailed = true
    return this.#span(start)
  }

  name(): IrSpan {
    const start = this.#skipBlanks()
    if (this.#take(NAME) === '') this.#hasFailed = true
    return this.#span(start)
  }

  /** A name, a literal, a constant in brackets, or a constant expression (`getelementptr inbounds (...)`). */
  value(): IrSpan {
    const start = this.#skipBlanks()
    const first = this.text[this.#at]
    if (first === '[' || first === '{' || first === '<') this.#balanced()
    else if (this.#takeAny(NAME, LITERAL, HEX_NUMBER, NUMBER) === '') this.#constantExpression()
    return this.#span(start)
  }

  /** From an opening bracket to its closing one. */
  balanced(): IrSpan {
    const start = this.#skipBlanks()
    this.#balanced()
    return this.#span(start)
  }

  #constantExpression(): void {
    if (this.#take(WORD) === '') this.#hasFailed = true
    while (this.#skipBlanks() && this.text[this.#at] !== '(' && this.#take(WORD) !== '');
    this.#balanced()
  }

  #balanced(): void {
    const closings: string[] = []
    do {
      const character = this.text[this.#at]
      if (character === undefined || this.#hasFailed) {
        this.#hasFailed = true
        return
      }
      this.#at++
      if (character === '"') this.#at = this.text.indexOf('"', this.#at) + 1 || this.text.length
      else if (CLOSING[character] !== undefined) closings.push(CLOSING[character])
      else if (character === closings.at(-1)) closings.pop()
      else if (closings.length === 0) this.#hasFailed = true
    } while (closings.length > 0)
  }

  #skipBlanks(): number {
    this.#take(BLANKS)
    return this.#at
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.text)?.[0] ?? ''
    this.#at += taken.length
    return taken
  }

  #takeAny(...patterns: readonly RegExp[]): string {
    for (const pattern of patterns) {
      const taken = this.#take(pattern)
      if (taken !== '') return taken
    }
    return ''
  }

  #span(start: number): IrSpan {
    return { text: this.text.slice(start, this.#at), start, end: this.#at }
  }
}
