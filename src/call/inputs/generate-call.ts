/**
 * A call plan in, made-up arguments out: small, varied, mostly sensible. The same options always give the same
 * input. Whether an input is one that the function takes without undefined behaviour is for runs to decide.
 */

import { createRandom, type Random } from '../../base/random.ts'
import type { Block, CallInput, Value } from '../../records/input.ts'
import {
  type ArrayType,
  type CallPlan,
  type Field,
  holdsPointer,
  isCharacter,
  type Member,
  type PlanType,
  type PointerType,
  typeAt,
} from '../call-plan.ts'
import { type FieldRole, fieldRoles } from './field-roles.ts'
import { pointsTo, pointsToStructure, roomFor, shapeOf, USUAL_ROOM } from './field-shapes.ts'
import { ScalarMaker } from './scalar-maker.ts'

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
  readonly #scalars: ScalarMaker
  readonly #blocks: Block[] = []

  constructor(plan: CallPlan, { seed, size, constants }: CallOptions) {
    this.#plan = plan
    this.#random = createRandom(seed)
    this.#size = Math.min(1, Math.max(0, size))
    this.#mostCount = 2 + Math.round(this.#size * 13)
    this.#scalars = new ScalarMaker(this.#random, this.#size, constants)
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
    const shapes = types.map((type) => shapeOf(this.#plan, type))
    const roles = fieldRoles(fields.map(({ name }, at) => ({ name, shape: shapes[at]! })))
    const lengths = this.#lengths(roles, types)
    // Positions without a length beside them share one that only the generator knows.
    const indexed = roles.some(({ kind }) => kind === 'index')
    const hidden = indexed && lengths.size === 0 ? this.#count(roomFor(undefined, roles, types)) : undefined
    const counts = [...lengths.values(), ...(hidden === undefined ? [] : [hidden])].sort((a, b) => a - b)
    const surroundings = { path, counts, leastFilled }
    const indexes = this.#indexes(roles, counts.at(-1) ?? 0)
    const countAt = (at: number): number | undefined => {
      const role = roles[at]!
      if (role.kind !== 'data') return undefined
      if (role.length !== undefined) return lengths.get(role.length)
      return shapes[at] === 'records' ? undefined : hidden
    }

    const values: Value[] = []
    for (const at of elementsFirst(roles)) {
      const { name, type } = fields[at]!
      const chosen = lengths.get(at) ?? indexes.get(at)
      values[at] =
        chosen === undefined
          ? this.#value(type, name, countAt(at), surroundings)
          : this.#scalars.fitted(types[at]!, BigInt(chosen))
    }
    return values
  }

  /** Of the fields that count elements, by position. */
  #lengths(roles: readonly FieldRole[], types: readonly PlanType[]): ReadonlyMap<number, number> {
    const lengths = new Map<number, number>()
    for (const [at, role] of roles.entries())
      if (role.kind === 'length') lengths.set(at, this.#count(roomFor(at, roles, types)))
    return lengths
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
        return this.#scalars.scalar(type)
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
    if (isCharacter(type)) return { s: this.#scalars.text(Math.min(filled, Math.max(0, room - 1))) }
    const count = Math.min(filled, MOST_ELEMENTS)
    if (type.kind === 'integer') return { a: this.#scalars.series(type, count) }
    const values: Value[] = []
    // Elements of an array are not each as long as the array, except where a table is square.
    const nested = type.kind === 'array' || (type.kind === 'pointer' && !pointsToStructure(this.#plan, type))
    const inner = nested ? (surroundings.counts.at(-1) ?? filled) : undefined
    for (let index = 0; index < count; index++) values.push(this.#value(key, name, inner, surroundings))
    return { a: values }
  }

  #pointer(type: PointerType, name: string, count: number | undefined, surroundings: Surroundings): Value {
    const target = typeAt(this.#plan, type.to)
    const NULL: Value = { p: null }
    if (target.kind === 'opaque' || this.#blocks.length >= MOST_BLOCKS) return NULL
    if (target.kind === 'struct' && count === undefined)
      return this.#structure(type, target.members, name, surroundings)
    if (this.#random.chance(0.02)) return NULL
    if (isCharacter(target)) return this.#buffer(type, count, surroundings)
    const usual = pointsToStructure(this.#plan, target)
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
    const draw = this.#random.next()
    if (counted && draw < 0.5) return filled
    if (counted && draw < 0.7) return least + this.#random.int(1, 3)
    if (declared > 0) return Math.max(least, declared)
    const mentioned = draw < 0.85 ? undefined : this.#scalars.mentionedLength()
    return Math.max(least, mentioned === undefined ? USUAL_ROOM : mentioned + 1)
  }

  #buffer(type: PointerType, count: number | undefined, surroundings: Surroundings): Value {
    const random = this.#random
    const counts = surroundings.counts
    const length =
      count === undefined || random.chance(0.15)
        ? this.#count(USUAL_ROOM) - (random.chance(0.1) ? 1 : 0)
        : count
    const text = this.#scalars.text(Math.max(0, length))
    const least = Math.max(text.length, count ?? 0, ...counts) + 1
    const exact = random.chance(type.constant ? 0.7 : 0.15)
    const room = exact ? least : least + random.pick([16, 64, 256])
    return this.#block(type.to, room, () => ({ s: text }), surroundings.path)
  }

  /** One structure, with what it points to: a record, a list, a tree. */
  #structure(type: PointerType, members: readonly Member[], name: string, { path }: Surroundings): Value {
    const NULL: Value = { p: null }
    const links = members.filter((member) => pointsTo(this.#plan, member.type, type.to))
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

/** Plain numbers come last, so that they can be among the elements beside them. */
const elementsFirst = (roles: readonly FieldRole[]): number[] =>
  [...roles.keys()].sort(
    (a, b) => Number(roles[a]!.kind === 'plain') - Number(roles[b]!.kind === 'plain') || a - b,
  )
