/**
 * Types of numbers and characters in, made-up values out: small ones mostly, some that the source mentions, some at
 * the ends of the type. What was made before for the same call is made again now and then: code often searches for
 * one value among others.
 */
import type { Random } from '../../base/random.ts'
import type { Value } from '../../records/input.ts'
import { floatBits } from '../bits.ts'
import type { IntegerType, PlanType } from '../call-plan.ts'
import { makeText } from './make-text.ts'

type IntegerRange = Pick<IntegerType, 'size' | 'signed'>

export class ScalarMaker {
  readonly #random: Random
  readonly #size: number
  readonly #numbers: readonly bigint[]
  readonly #decimals: readonly number[]
  readonly #words: readonly string[]
  /** Values made so far: a key is worth searching for only if it may be there. */
  readonly #integersMade: bigint[] = []
  readonly #textsMade: string[] = []

  /**
   * @param size 0 to 1: how large numbers may be
   * @param constants numbers and words that the source mentions
   */
  constructor(random: Random, size: number, constants: readonly string[]) {
    this.#random = random
    this.#size = size
    this.#numbers = constants.filter((text) => /^-?\d+$/.test(text)).map(BigInt)
    this.#decimals = constants.map(Number).filter((value) => Number.isFinite(value))
    this.#words = constants.filter((text) => !Number.isFinite(Number(text)))
  }

  scalar(type: PlanType): Value {
    switch (type.kind) {
      case 'boolean':
        return { i: String(this.#random.int(0, 1)) }
      case 'enum':
        return type.values.length > 0 ? { i: this.#random.pick(type.values).value } : { i: '0' }
      case 'float':
        return { f: floatBits(this.#float(), type.format) }
      case 'integer':
        return type.character ? this.#character(type) : this.fitted(type, this.#integer(type))
      default:
        throw new Error(`${type.kind} is no number`)
    }
  }

  /** The number itself, or one that the type can hold. */
  fitted(type: PlanType, value: bigint): Value {
    if (type.kind !== 'integer') return { i: String(value < 0n ? 0n : value) }
    const bits = type.size * 8
    return {
      i: String(
        type.signed
          ? BigInt.asIntN(bits, value)
          : BigInt.asUintN(bits, value < 0n && !this.#random.chance(0.2) ? -value : value),
      ),
    }
  }

  /** Numbers with something in common, since much code is about order and repetition. */
  series(type: IntegerType, count: number): Value[] {
    const random = this.#random
    const most = Math.round(9 + this.#size * 90)
    const least = type.signed && random.chance(0.3) ? -most : 0
    const styles: Record<string, () => bigint> = {
      few: () => BigInt(random.int(0, 2)),
      small: () => BigInt(random.int(least < 0 ? -9 : 0, 9)),
      wide: () => BigInt(random.int(least, most)),
      any: () => this.#integer(type),
    }
    const make = styles[random.pick(['few', 'small', 'small', 'wide', 'wide', 'wide', 'any'])]!
    const made = random.chance(0.05) ? Array<bigint>(count).fill(make()) : Array.from({ length: count }, make)
    const order = random.next()
    if (order < 0.35) made.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    if (order < 0.08) made.reverse()
    const fitting = made.map((value) => this.fitted(type, value))
    for (const value of fitting) if ('i' in value) this.#integersMade.push(BigInt(value.i))
    return fitting
  }

  text(length: number): string {
    const text = makeText(this.#random, { length, words: this.#words, texts: this.#textsMade })
    this.#textsMade.push(text)
    return text
  }

  /** One of the source's numbers that could be how long an array is; undefined where it has none. */
  mentionedLength(): number | undefined {
    const lengths = this.#numbers.filter((value) => value > 1n && value <= 4096n).map(Number)
    return lengths.length === 0 ? undefined : this.#random.pick(lengths)
  }

  #integer(type: IntegerRange): bigint {
    const random = this.#random
    const draw = random.next()
    if (draw < 0.03) return this.#boundary(type)
    if (draw < 0.13) return BigInt(random.int(0, Math.round(20 + this.#size * 1000)))
    if (draw < 0.23 && type.signed) return BigInt(-random.int(1, Math.round(4 + this.#size * 30)))
    if (draw < 0.43 && this.#integersMade.length > 0)
      return random.pick(this.#integersMade) + BigInt(random.chance(0.2) ? random.int(-1, 1) : 0)
    if (draw < 0.58 && this.#numbers.length > 0)
      return random.pick(this.#numbers) + BigInt(random.chance(0.5) ? random.int(-1, 1) : 0)
    return BigInt(random.int(0, Math.round(3 + this.#size * 20)))
  }

  #boundary({ size, signed }: IntegerRange): bigint {
    const bits = BigInt(size * 8)
    const top = 1n << (signed ? bits - 1n : bits)
    const power = 1n << BigInt(this.#random.int(0, Number(bits) - 2))
    return this.#random.pick([
      top - 1n,
      top - 2n,
      signed ? -top : 0n,
      signed ? -top + 1n : 1n,
      power,
      power - 1n,
      signed ? -1n : top - 1n,
    ])
  }

  #character(type: IntegerRange): Value {
    const random = this.#random
    const draw = random.next()
    const text = this.#textsMade.join('') + this.#words.join('')
    if (draw < 0.5 && text !== '') return { i: String(text.charCodeAt(random.int(0, text.length - 1)) & 127) }
    if (draw < 0.85) return { i: String(random.pick([...'abcxyzABZ0159 +-*/().,']).charCodeAt(0)) }
    const value = draw < 0.95 ? BigInt(random.int(0, 9)) : this.#boundary({ ...type, size: 1 })
    return { i: String(type.signed ? BigInt.asIntN(8, value) : BigInt.asUintN(8, value)) }
  }

  #float(): number {
    const random = this.#random
    const draw = random.next()
    const sign = random.chance(0.25) ? -1 : 1
    if (draw < 0.04) return random.pick([0, -0])
    if (draw < 0.16 && this.#decimals.length > 0)
      return sign * random.pick(this.#decimals) + (random.chance(0.5) ? random.pick([-1, 1, -0.5, 0.5]) : 0)
    if (draw < 0.45) return sign * random.int(0, Math.round(5 + this.#size * 20))
    if (draw < 0.8) return (sign * random.int(1, Math.round(50 + this.#size * 500))) / 10
    if (draw < 0.96) return (sign * random.int(1, 64)) / random.pick([2, 4, 8, 3, 7])
    return sign * random.pick([1e-3, 1e3, 12345.678, 1e6, 1e9])
  }
}
