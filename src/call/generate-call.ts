/**
 * A call plan in, made-up arguments out: small, varied, mostly sensible. The same options always give the same
 * input. Whether an input is one that the function takes without undefined behaviour is for runs to decide.
 */

import { createRandom, type Random } from '../base/random.ts'
import type { Block, CallInput, Value } from '../records/input.ts'
import { floatBits } from './bits.ts'
import {
  type ArrayType,
  type CallPlan,
  type Field,
  isCharacter,
  type Member,
  type PlanType,
  type PointerType,
  typeAt,
} from './call-plan.ts'
import { type FieldRole, fieldRoles, type NamedField } from './field-roles.ts'
import { makeText } from './make-text.ts'
import { holdsPointer } from './read-types.ts'

export interface CallOptions {
  readonly seed: string | number
  /** 0 to 1: how many elements and how large numbers there may be. */
  readonly size: number
  /** Numbers and words that the source mentions. */
  readonly constants: readonly string[]
  readonly stdin: string
}

/** @example generateCall(plan, { seed: 1, size: 0.5, constants: ['100'], stdin: '' }).args // [{p: ...}, {i: '3'}] */
export function generateCall(plan: CallPlan, options: CallOptions): CallInput {
  return new Generator(plan, options).call(options.stdin)
}

const MOST_BLOCKS = 200
/** Elements written in one block or global; what lies behind stays zero. */
const MOST_ELEMENTS = 4096
/** Room that is only there in case the function wants it stays below this. */
const MOST_BLOCK_BYTES = 1 << 16
const LARGEST_BLOCK_BYTES = 1 << 18
const USUAL_ROOM = 32
const TREE_DEPTH = 4
/** A member that leads back to where the structure was reached from. */
const BACK_LINK = /prev|parent|back|^up$/i

interface Surroundings {
  /** Structure types that led here, innermost last. */
  readonly path: readonly { readonly type: number; readonly block: number }[]
  /** Counts chosen for the fields beside, largest last; empty when there are none. */
  readonly counts: readonly number[]
  /** Elements that arrays of fixed size get at least. */
  readonly leastFilled: number
}

class Generator {
  readonly #plan: CallPlan
  readonly #random: Random
  readonly #size: number
  /** Usual upper end of counts. */
  readonly #mostCount: number
  readonly #numbers: readonly bigint[]
  readonly #decimals: readonly number[]
  readonly #words: readonly string[]
  readonly #blocks: Block[] = []
  /** Values made so far: a key is worth searching for only if it may be there. */
  readonly #integersMade: bigint[] = []
  readonly #textsMade: string[] = []

  constructor(plan: CallPlan, { seed, size, constants }: CallOptions) {
    this.#plan = plan
    this.#random = createRandom(seed)
    this.#size = Math.min(1, Math.max(0, size))
    this.#mostCount = 2 + Math.round(this.#size * 13)
    this.#numbers = constants.filter((text) => /^-?\d+$/.test(text)).map(BigInt)
    this.#decimals = constants.map(Number).filter((value) => Number.isFinite(value))
    this.#words = constants.filter((text) => !Number.isFinite(Number(text)))
  }

  call(stdin: string): CallInput {
    const args = this.#fields(this.#plan.parameters, [], 0)
    const globals = this.#globals()
    return { kind: 'call', args, blocks: this.#blocks, globals, stdin }
  }

  /** Globals keep their initialisers at first, and now and then later: most functions rely on them. */
  #globals(): Record<string, Value> {
    const values: Record<string, Value> = {}
    if (this.#size === 0 || this.#random.chance(0.2)) return values
    const chosen = this.#plan.globals.filter(({ type, zero }) =>
      // What points somewhere by its initialiser points to something that matters.
      zero ? this.#random.chance(0.9) : !holdsPointer(this.#plan.types, type) && this.#random.chance(0.3),
    )
    this.#fields(chosen, [], 16 + Math.round(this.#size * 48)).forEach((value, index) => {
      values[chosen[index]!.name] = value
    })
    return values
  }

  /** Parameters, members or globals: what stands side by side is made to fit together. */
  #fields(fields: readonly Field[], path: Surroundings['path'], leastFilled: number): Value[] {
    const types = fields.map(({ type }) => typeAt(this.#plan, type))
    const roles = fieldRoles(fields.map(({ name }, at) => ({ name, shape: this.#shape(types[at]!) })))
    const lengths = new Map<number, number>()
    roles.forEach((role, at) => {
      if (role.kind === 'length') lengths.set(at, this.#count(roomFor(at, roles, types)))
    })
    // Positions without a length beside them share one that only the generator knows.
    const indexed = roles.some(({ kind }) => kind === 'index')
    const hidden = indexed && lengths.size === 0 ? this.#count(roomFor(undefined, roles, types)) : undefined
    const counts = [...lengths.values(), ...(hidden === undefined ? [] : [hidden])].sort((a, b) => a - b)
    const surroundings = { path, counts, leastFilled }
    const indexes = this.#indexes(roles, counts.at(-1) ?? 0)

    // Elements come first, so that plain numbers beside them can be among them.
    const values: Value[] = []
    const order = [...fields.keys()].sort(
      (a, b) => Number(roles[a]!.kind === 'plain') - Number(roles[b]!.kind === 'plain') || a - b,
    )
    for (const at of order) {
      const { name, type } = fields[at]!
      const role = roles[at]!
      if (role.kind === 'length') values[at] = this.#fitted(types[at]!, BigInt(lengths.get(at)!))
      else if (role.kind === 'index') values[at] = this.#fitted(types[at]!, BigInt(indexes.get(at)!))
      else {
        const single = this.#shape(types[at]!) === 'records' && hidden !== undefined
        const count =
          role.kind !== 'data' || single
            ? undefined
            : role.length === undefined
              ? hidden
              : lengths.get(role.length)
        values[at] = this.#value(type, name, count, surroundings)
      }
    }
    return values
  }

  #shape(type: PlanType): NamedField['shape'] {
    if (type.kind === 'integer' && !type.character) return 'integer'
    if (type.kind === 'array') return 'data'
    if (type.kind !== 'pointer') return 'other'
    const target = typeAt(this.#plan, type.to)
    if (this.#pointsToStructure(target)) return 'other'
    if (target.kind !== 'struct') return 'data'
    // A cell of a list or tree stands alone.
    return target.members.some((member) => this.#pointsTo(member.type, type.to)) ? 'other' : 'records'
  }

  /** A pointer to one is most likely for changing it (`struct node **head`), and it points to one structure. */
  #pointsToStructure(type: PlanType): boolean {
    return type.kind === 'pointer' && typeAt(this.#plan, type.to).kind === 'struct'
  }

  #pointsTo(key: number, target: number): boolean {
    const type = typeAt(this.#plan, key)
    return type.kind === 'pointer' && type.to === target
  }

  /** Small counts mostly; zero now and then; never more than there is room for. */
  #count(room: number): number {
    if (this.#random.chance(0.06)) return 0
    return this.#random.int(1, Math.max(1, Math.min(this.#mostCount, room)))
  }

  /** Positions below a bound, ascending in the order of the fields more often than not. */
  #indexes(roles: readonly FieldRole[], bound: number): ReadonlyMap<number, number> {
    const fields = roles.flatMap((role, at) => (role.kind === 'index' ? [at] : []))
    const last = Math.max(0, bound - 1)
    const made = fields.map(() => (this.#random.chance(0.04) ? -1 : this.#random.int(0, last)))
    if (this.#random.chance(0.8)) made.sort((a, b) => a - b)
    if (made.length > 1 && this.#random.chance(0.5)) {
      made[0] = 0
      made[made.length - 1] = last
    }
    return new Map(fields.map((at, index) => [at, made[index]!]))
  }

  /** @param count elements wanted behind a pointer or in an array; undefined when nothing tells */
  #value(key: number, name: string, count: number | undefined, surroundings: Surroundings): Value {
    const type = typeAt(this.#plan, key)
    switch (type.kind) {
      case 'pointer':
        return this.#pointer(type, name, count, surroundings)
      case 'array':
        return this.#array(type, name, count, surroundings)
      case 'struct':
        return { a: this.#members(type.members, surroundings.path) }
      case 'union':
        return type.first === null ? { a: [] } : this.#value(type.first, name, count, surroundings)
      case 'opaque':
        return { a: [] }
      default:
        return this.#scalar(type)
    }
  }

  #members(members: readonly Member[], path: Surroundings['path']): Value[] {
    const values = this.#fields(members, path, 0)
    return values.map((value, index) => {
      const { bits, type: key } = members[index]!
      const type = typeAt(this.#plan, key)
      if (bits === null || !('i' in value)) return value
      const signed = (type.kind === 'integer' || type.kind === 'enum') && type.signed
      return {
        i: String(signed ? BigInt.asIntN(bits, BigInt(value.i)) : BigInt.asUintN(bits, BigInt(value.i))),
      }
    })
  }

  // ---- numbers ----

  #scalar(type: PlanType): Value {
    switch (type.kind) {
      case 'boolean':
        return { i: String(this.#random.int(0, 1)) }
      case 'enum':
        return type.values.length > 0 ? { i: this.#random.pick(type.values).value } : { i: '0' }
      case 'float':
        return { f: floatBits(this.#float(), type.format) }
      case 'integer':
        return type.character ? this.#character(type) : this.#fitted(type, this.#integer(type))
      default:
        throw new Error(`${type.kind} is no number`)
    }
  }

  #integer(type: { readonly size: number; readonly signed: boolean }): bigint {
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

  #boundary({ size, signed }: { readonly size: number; readonly signed: boolean }): bigint {
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

  /** The number itself, or one that the type can hold. */
  #fitted(type: PlanType, value: bigint): Value {
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

  #character(type: { readonly signed: boolean; readonly size: number }): Value {
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

  // ---- memory ----

  #array(type: ArrayType, name: string, count: number | undefined, surroundings: Surroundings): Value {
    const least = isCharacter(typeAt(this.#plan, type.element)) ? 0 : surroundings.leastFilled
    const wanted = Math.max(
      count ?? 0,
      surroundings.counts.at(-1) ?? 0,
      least,
      this.#random.int(1, this.#mostCount + 1),
    )
    return this.#elements(type.element, Math.min(type.count, wanted), type.count, name, surroundings)
  }

  /** @param room elements that there is memory for */
  #elements(key: number, filled: number, room: number, name: string, surroundings: Surroundings): Value {
    const type = typeAt(this.#plan, key)
    if (isCharacter(type)) {
      const text = this.#text(Math.min(filled, Math.max(0, room - 1)))
      return { s: text }
    }
    const count = Math.min(filled, MOST_ELEMENTS)
    if (type.kind === 'integer') return { a: this.#series(type, count) }
    const values: Value[] = []
    // Elements of an array are not each as long as the array, except where a table is square.
    const nested = type.kind === 'array' || (type.kind === 'pointer' && !this.#pointsToStructure(type))
    const inner = nested ? (surroundings.counts.at(-1) ?? filled) : undefined
    for (let index = 0; index < count; index++) values.push(this.#value(key, name, inner, surroundings))
    return { a: values }
  }

  /** Numbers with something in common, since much code is about order and repetition. */
  #series(type: Extract<PlanType, { kind: 'integer' }>, count: number): Value[] {
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
    const fitting = made.map((value) => this.#fitted(type, value))
    for (const value of fitting) if ('i' in value) this.#integersMade.push(BigInt(value.i))
    return fitting
  }

  #text(length: number): string {
    const text = makeText(this.#random, { length, words: this.#words, texts: this.#textsMade })
    this.#textsMade.push(text)
    return text
  }

  #pointer(type: PointerType, name: string, count: number | undefined, surroundings: Surroundings): Value {
    const target = typeAt(this.#plan, type.to)
    const NULL: Value = { p: null }
    if (target.kind === 'opaque' || this.#blocks.length >= MOST_BLOCKS) return NULL
    if (target.kind === 'struct' && count === undefined)
      return this.#structure(type, target.members, name, surroundings)
    if (this.#random.chance(0.02)) return NULL
    if (isCharacter(target)) return this.#buffer(type, count, surroundings)
    const usual = this.#pointsToStructure(target)
      ? 1
      : this.#random.int(Math.min(4, this.#mostCount), this.#mostCount + 1)
    const wanted = type.flat ? square(count ?? this.#mostCount) : (count ?? usual)
    const filled = Math.min(wanted, Math.max(1, Math.floor(LARGEST_BLOCK_BYTES / target.size)))
    const most = Math.max(filled, Math.floor(MOST_BLOCK_BYTES / target.size))
    const room = Math.min(most, this.#room(filled, count !== undefined, target))
    return this.#block(
      type.to,
      room,
      (path) => this.#elements(type.to, filled, room, name, { ...surroundings, path }),
      surroundings.path,
    )
  }

  /** How many elements to allocate where `filled` are given: exactly those, or more for functions that add some. */
  #room(filled: number, counted: boolean, target: PlanType): number {
    const least = Math.max(filled, 1)
    // A table declared `int m[][9]` was most likely square.
    const declared = target.kind === 'array' ? target.count : 0
    const sizes = this.#numbers.filter((value) => value > 1n && value <= 4096n).map(Number)
    const draw = this.#random.next()
    if (counted && draw < 0.5) return filled
    if (counted && draw < 0.7) return least + this.#random.int(1, 3)
    if (declared > 0) return Math.max(least, declared)
    if (draw < 0.85 || sizes.length === 0) return Math.max(least, USUAL_ROOM)
    return Math.max(least, this.#random.pick(sizes) + 1)
  }

  #buffer(type: PointerType, count: number | undefined, surroundings: Surroundings): Value {
    const random = this.#random
    const counts = surroundings.counts
    const length =
      count === undefined || random.chance(0.15)
        ? this.#count(USUAL_ROOM) - (random.chance(0.1) ? 1 : 0)
        : count
    const text = this.#text(Math.max(0, length))
    const least = Math.max(text.length, count ?? 0, ...counts) + 1
    const exact = random.chance(type.constant ? 0.7 : 0.15)
    const room = exact ? least : least + random.pick([16, 64, 256])
    return this.#block(type.to, room, () => ({ s: text }), surroundings.path)
  }

  /** One structure, with what it points to: a record, a list, a tree. */
  #structure(type: PointerType, members: readonly Member[], name: string, { path }: Surroundings): Value {
    const NULL: Value = { p: null }
    const links = members.filter((member) => this.#pointsTo(member.type, type.to))
    const own = path.filter((step) => step.type === type.to)
    if (own.length > 0 && BACK_LINK.test(name)) {
      const above = own.at(-2)
      return above === undefined ? NULL : { p: { block: above.block, offset: 0 } }
    }
    const nests = links.filter((member) => !BACK_LINK.test(member.name)).length > 1
    const ends = nests
      ? own.length >= TREE_DEPTH || this.#random.chance(0.45)
      : own.length >= this.#mostCount || this.#random.chance(1 / (1 + this.#mostCount))
    if (own.length === 0 ? this.#random.chance(links.length > 0 ? 0.12 : 0.03) : ends) return NULL
    return this.#block(
      type.to,
      1,
      (inner) => ({
        a: [{ a: this.#pointInside(members, this.#members(members, inner), inner.at(-1)!.block) }],
      }),
      path,
    )
  }

  /** `struct { char data[9]; char *top; }`: such a pointer most likely points into the array beside it. */
  #pointInside(members: readonly Member[], values: readonly Value[], block: number): Value[] {
    return values.map((value, at) => {
      const pointer = typeAt(this.#plan, members[at]!.type)
      if (pointer.kind !== 'pointer') return value
      for (const { type: key, bitOffset } of members) {
        const array = typeAt(this.#plan, key)
        if (array.kind !== 'array' || array.element !== pointer.to || array.count === 0) continue
        if (this.#random.chance(0.3)) return value
        const index = this.#random.int(0, Math.min(array.count, this.#mostCount))
        return { p: { block, offset: bitOffset / 8 + index * (array.size / array.count) } }
      }
      return value
    })
  }

  /** Takes its number before its content is made, so that the content can point back to it. */
  #block(
    type: number,
    count: number,
    content: (path: Surroundings['path']) => Value,
    path: Surroundings['path'],
  ): Value {
    const block = this.#blocks.length
    this.#blocks.push({ type, count, value: { a: [] } })
    this.#blocks[block] = { type, count, value: content([...path, { type, block }]) }
    return { p: { block, offset: 0 } }
  }
}

const square = (count: number): number => count * count

/** How many elements a length may count: the smallest array of fixed size that it belongs to. */
function roomFor(
  length: number | undefined,
  roles: readonly FieldRole[],
  types: readonly PlanType[],
): number {
  const arrays = types.filter((type, at) => {
    const role = roles[at]!
    return type.kind === 'array' && role.kind === 'data' && (role.length === length || length === undefined)
  })
  return Math.min(USUAL_ROOM, ...arrays.map((type) => (type.kind === 'array' ? type.count : USUAL_ROOM)))
}
