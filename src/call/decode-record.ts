/**
 * A call's plan, input and record in, its effects out: memory read through its types, pointers turned into names.
 *
 * Two runs have equal effects exactly when no caller could tell them apart by looking at the result, at the memory
 * that existed before the call (parameters' blocks and non-static globals), and at new memory these lead to. Not
 * seen: static variables, unions that hold pointers, what lies behind `void *`, memory of other allocators.
 */

import type { CallEffects, DecodedCall, Observed } from '../records/call-effects.ts'
import type { CallInput } from '../records/input.ts'
import { FLOAT_BYTES, readBits } from './bits.ts'
import { cCharacter, cString } from './c-string.ts'
import { type CallPlan, isCharacter, isScalar, type Member, type PlanType, typeAt } from './call-plan.ts'
import { changedFloatText, floatText } from './float-text.ts'
import { addressOf, dereferenced, elementOf, indexOf, type LValue, memberOf, named } from './lvalue.ts'
import { globalName, nameBlocks } from './name-blocks.ts'
import { type CallRecord, type MemoryObject, type MemoryRange, readRecord } from './read-record.ts'

/** @param bytes what the harness wrote to file descriptor 3; bytes after the record are not looked at */
export function decodeRecord(plan: CallPlan, input: CallInput, bytes: Uint8Array): DecodedCall {
  const record = readRecord(bytes)
  if (record === undefined) return { kind: 'no-record' }
  if (record.tooLong) return { kind: 'too-long' }
  const isKnown = ({ kind, index }: MemoryObject) =>
    (kind !== 'block' || index < input.blocks.length) && (kind !== 'global' || index < plan.globals.length)
  if (!record.objects.every(isKnown)) return { kind: 'no-record' }
  try {
    return { kind: 'effects', effects: new Decoder(plan, input, record).effects() }
  } catch (error) {
    if (error instanceof Uninitialized) return { kind: 'uninitialized', path: error.path }
    throw error
  }
}

/** Never leaves this file; it ends a walk from any depth. */
class Uninitialized extends Error {
  readonly path: string
  constructor(path: string) {
    super(path)
    this.path = path
  }
}

/** Bytes of an object around an offset; `at` is where `bytes[0]` lies in the object. */
interface View {
  readonly at: number
  readonly bytes: Uint8Array
  readonly before: Uint8Array | null
  readonly uninitialized: Uint8Array | null
  /** What allocated memory held before it was written; null where everything was. */
  readonly pattern: number | null
}

class Decoder {
  readonly #plan: CallPlan
  readonly #record: CallRecord
  readonly #input: CallInput
  readonly #blockNames: readonly string[]
  readonly #memory: Record<string, string> = {}
  /** Live objects that have a name or may get one, by address. */
  readonly #located: readonly MemoryObject[]
  readonly #freed: readonly MemoryObject[]
  readonly #texts: ReadonlyMap<bigint, MemoryObject>
  /** Allocations met so far with the type they were met by, in that order. */
  readonly #met = new Map<MemoryObject, { name: string; type: number }>()

  constructor(plan: CallPlan, input: CallInput, record: CallRecord) {
    this.#plan = plan
    this.#input = input
    this.#record = record
    this.#blockNames = nameBlocks(plan, input)
    const objects = record.objects.filter(({ kind }) => kind !== 'text' && kind !== 'result')
    const byAddress = (a: MemoryObject, b: MemoryObject) =>
      a.address < b.address ? -1 : a.address > b.address ? 1 : 0
    this.#located = objects.filter(({ freed }) => !freed).sort(byAddress)
    this.#freed = objects.filter(({ freed }) => freed)
    this.#texts = new Map(
      record.objects.filter(({ kind }) => kind === 'text').map((text) => [text.address, text]),
    )
  }

  effects(): CallEffects {
    const returned = this.#returned()
    for (const object of this.#record.objects) {
      if (object.kind === 'block') this.#changesOfBlock(object)
      else if (object.kind === 'global') this.#changesOfGlobal(object)
    }
    const allocated = this.#allocated()
    return {
      ...(returned === undefined ? {} : { return: returned }),
      ...(this.#record.exited ? { exited: true } : {}),
      memory: this.#memory,
      ...(Object.keys(allocated).length === 0 ? {} : { allocated }),
    }
  }

  #returned(): Observed | undefined {
    const result = this.#record.objects.find(({ kind }) => kind === 'result')
    const range = result?.ranges[0]
    if (range === undefined || this.#plan.returns === null) return undefined
    return this.#value(this.#plan.returns, 0, viewOf(range, null), named('return'))
  }

  /** New memory is read after everything that leads to it, and may lead to more. */
  #allocated(): Record<string, Observed> {
    const contents: Record<string, Observed> = {}
    for (const [object, { name, type }] of this.#met) contents[name] = this.#contents(object, name, type)
    return contents
  }

  #contents(object: MemoryObject, name: string, key: number): Observed {
    const type = typeAt(this.#plan, key)
    const range = object.ranges[0]
    if (range === undefined || type.kind === 'opaque' || type.size === 0) return []
    // The record ends with the last byte written; the rest of the last element still holds the pattern.
    const count = Math.min(Math.ceil(range.after.length / type.size), Math.floor(object.size / type.size))
    const view = padded(viewOf(range, object.pattern), count * type.size, object.pattern)
    let written = count
    while (written > 0 && isBlank(view, (written - 1) * type.size, type.size)) written--
    if (isCharacter(type)) return this.#text(view, written, count, name)
    return Array.from({ length: written }, (_, index) =>
      this.#value(key, index * type.size, view, elementOf(name, index)),
    )
  }

  /** One terminator is shown even where more follow: how much was allocated is no difference to a reader. */
  #text(view: View, written: number, count: number, name: string): string {
    const shown = written < count && view.bytes[written] === 0 ? written + 1 : written
    return cString(
      Array.from({ length: shown }, (_, index) => {
        if (view.bytes[index] === view.pattern) return null
        checkInitialized(view, index, 1, elementOf(name, index))
        return view.bytes[index]!
      }),
    )
  }

  #changesOfBlock(object: MemoryObject): void {
    const block = this.#input.blocks[object.index]!
    const pointer = this.#blockNames[object.index]!
    if (object.freed) {
      this.#memory[pointer] = 'freed'
      return
    }
    for (const range of object.ranges) {
      const view = viewOf(range, null)
      if (block.count === 1) this.#changes(block.type, 0, view, dereferenced(pointer))
      else this.#changesOfElements(block.type, block.count, 0, view, (index) => elementOf(pointer, index))
    }
  }

  #changesOfGlobal(object: MemoryObject): void {
    const { name, type } = this.#plan.globals[object.index]!
    for (const range of object.ranges)
      this.#changes(type, 0, viewOf(range, null), named(globalName(this.#plan, name)))
  }

  /** Notes every scalar of an object that changed and lies in the view. */
  #changes(key: number, offset: number, view: View, place: LValue): void {
    const type = typeAt(this.#plan, key)
    if (isScalar(type)) {
      if (isInside(view, offset, type.size) && this.#changed(type, offset, view))
        this.#note(key, offset, view, place)
      return
    }
    switch (type.kind) {
      case 'array':
        this.#changesOfElements(type.element, type.count, offset, view, (index) => indexOf(place, index))
        return
      case 'struct':
        for (const member of type.members) this.#changesOfMember(member, offset, view, place)
        return
      case 'union':
        if (!type.pointers) this.#changesOfBytes(type.size, offset, view, place)
        return
      default:
        return
    }
  }

  #changesOfMember(member: Member, offset: number, view: View, place: LValue): void {
    const target = memberOf(place, member.name)
    if (member.bits === null) {
      this.#changes(member.type, offset + member.bitOffset / 8, view, target)
      return
    }
    const field = bitField(typeAt(this.#plan, member.type), member, offset)
    if (!isInside(view, field.firstByte, field.bytes)) return
    const now = readBits(view.bytes, field.bit - view.at * 8, field.width, field.signed)
    if (readBits(view.before!, field.bit - view.at * 8, field.width, field.signed) !== now)
      this.#memory[target.text] = String(now)
  }

  /** Neighbouring elements that changed are one entry: `a[2..4]`. Floats stay apart, each with what it was. */
  #changesOfElements(
    key: number,
    count: number,
    offset: number,
    view: View,
    place: (index: number | string) => LValue,
  ): void {
    const type = typeAt(this.#plan, key)
    if (type.size === 0) return
    const first = Math.max(0, Math.floor((view.at - offset) / type.size))
    const end = Math.min(count, Math.ceil((view.at + view.bytes.length - offset) / type.size))
    if (!isScalar(type) || type.kind === 'float') {
      for (let index = first; index < end; index++)
        this.#changes(key, offset + index * type.size, view, place(index))
      return
    }
    const isChanged = (index: number) =>
      isInside(view, offset + index * type.size, type.size) &&
      this.#changed(type, offset + index * type.size, view)
    for (let start = first; start < end; start++) {
      if (!isChanged(start)) continue
      let last = start
      while (last + 1 < end && isChanged(last + 1)) last++
      if (last === start) this.#note(key, offset + start * type.size, view, place(start))
      else this.#noteRun(key, offset, start, last, view, place)
      start = last
    }
  }

  #noteRun(
    key: number,
    offset: number,
    first: number,
    last: number,
    view: View,
    place: (index: number | string) => LValue,
  ): void {
    const type = typeAt(this.#plan, key)
    const indexes = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    const path = place(`${first}..${last}`).text
    if (isCharacter(type)) {
      this.#memory[path] = cString(
        indexes.map((index) => {
          checkInitialized(view, offset + index, 1, place(index))
          return view.bytes[offset + index - view.at]!
        }),
      )
      return
    }
    const texts = indexes.map((index) => this.#scalar(key, offset + index * type.size, view, place(index)))
    this.#memory[path] = `{${texts.join(', ')}}`
  }

  #changesOfBytes(size: number, offset: number, view: View, place: LValue): void {
    const start = Math.max(offset, view.at)
    const end = Math.min(offset + size, view.at + view.bytes.length)
    for (let at = start; at < end; at++) {
      if (view.bytes[at - view.at] === view.before![at - view.at]) continue
      checkInitialized(view, at, 1, place)
      this.#memory[`${place.text}@${at - offset}`] = hex(view.bytes.subarray(at - view.at, at - view.at + 1))
    }
  }

  #changed(type: PlanType, offset: number, view: View): boolean {
    const size = type.kind === 'float' ? FLOAT_BYTES[type.format] : type.size
    const start = offset - view.at
    for (let at = start; at < start + size; at++) if (view.bytes[at] !== view.before![at]) return true
    return false
  }

  #note(key: number, offset: number, view: View, place: LValue): void {
    const now = this.#scalar(key, offset, view, place)
    const type = typeAt(this.#plan, key)
    if (type.kind !== 'float') {
      this.#memory[place.text] = now
      return
    }
    const before = this.#scalar(key, offset, { ...view, bytes: view.before!, uninitialized: null }, place)
    if (before !== now) this.#memory[place.text] = changedFloatText(now, before)
  }

  /** A whole value: results and new memory. */
  #value(key: number, offset: number, view: View, place: LValue): Observed {
    const type = typeAt(this.#plan, key)
    switch (type.kind) {
      case 'array': {
        const element = typeAt(this.#plan, type.element)
        if (!isCharacter(element)) {
          return Array.from({ length: type.count }, (_, index) =>
            this.#value(type.element, offset + index * element.size, view, indexOf(place, index)),
          )
        }
        const inner = {
          ...view,
          bytes: view.bytes.subarray(offset - view.at),
          at: 0,
          uninitialized: view.uninitialized?.subarray(offset - view.at) ?? null,
        }
        let written = type.count
        while (written > 0 && isBlank(inner, written - 1, 1)) written--
        return this.#text(inner, written, type.count, place.text)
      }
      case 'struct': {
        const members: Record<string, Observed> = {}
        for (const member of type.members) {
          const target = memberOf(place, member.name)
          const value =
            member.bits === null
              ? this.#value(member.type, offset + member.bitOffset / 8, view, target)
              : this.#bitField(member, offset, view, target)
          if (member.name === '' && typeof value === 'object' && !Array.isArray(value))
            Object.assign(members, value)
          else members[member.name || `union@${member.bitOffset / 8}`] = value
        }
        return members
      }
      case 'union':
        return type.pointers ? 'not shown' : this.#bytes(offset, type.size, view)
      case 'opaque':
        return 'not shown'
      default:
        return this.#scalar(key, offset, view, place)
    }
  }

  /** A union's bytes; which of them mean anything only the program knows, so none is complained about. */
  #bytes(offset: number, size: number, view: View): string {
    const start = offset - view.at
    const shown = [...view.bytes.subarray(start, start + size)].map((byte, index) => {
      const unknown = view.uninitialized?.[start + index] === 1 || byte === view.pattern
      return unknown ? '??' : byte.toString(16).padStart(2, '0')
    })
    return shown.join('')
  }

  #bitField(member: Member, offset: number, view: View, place: LValue): string {
    const field = bitField(typeAt(this.#plan, member.type), member, offset)
    if (isUntouched(view, field.firstByte, field.bytes)) return '?'
    const fullFirst = Math.ceil(field.bit / 8)
    checkInitialized(
      view,
      fullFirst,
      Math.max(0, Math.floor((field.bit + field.width) / 8) - fullFirst),
      place,
    )
    return String(readBits(view.bytes, field.bit - view.at * 8, field.width, field.signed))
  }

  #scalar(key: number, offset: number, view: View, place: LValue): string {
    const type = typeAt(this.#plan, key)
    const size = type.kind === 'float' ? FLOAT_BYTES[type.format] : type.size
    if (isUntouched(view, offset, size)) return '?'
    checkInitialized(view, offset, size, place)
    const bit = (offset - view.at) * 8
    switch (type.kind) {
      case 'integer': {
        const value = readBits(view.bytes, bit, size * 8, type.signed)
        return type.character ? cCharacter(Number(value)) : String(value)
      }
      case 'enum':
        return String(readBits(view.bytes, bit, size * 8, type.signed))
      case 'boolean':
        return String(readBits(view.bytes, bit, size * 8, false))
      case 'float':
        return floatText(
          readBits(view.bytes, bit, size * 8, false)
            .toString(16)
            .padStart(size * 2, '0'),
          type.format,
        )
      case 'pointer':
        return this.#pointer(readBits(view.bytes, bit, size * 8, false), type.to)
      default:
        throw new Error(`${type.kind} is no scalar`)
    }
  }

  #pointer(address: bigint, pointee: number): string {
    if (address === 0n) return 'NULL'
    const object = this.#objectAt(address)
    if (object !== undefined) {
      const offset = Number(address - object.address)
      if (object.kind === 'block') {
        const { type, count } = this.#input.blocks[object.index]!
        const pointer = this.#blockNames[object.index]!
        return offset === 0 ? pointer : this.#addressInElements(type, count, offset, pointer, pointee)
      }
      if (object.kind === 'global') return this.#addressInGlobal(object.index, offset, pointee)
      const { name, type } = this.#meet(object, pointee)
      const size = typeAt(this.#plan, type).size
      return offset === 0
        ? name
        : this.#addressInElements(
            type,
            size === 0 ? 0 : Math.floor(object.size / size),
            offset,
            name,
            pointee,
          )
    }
    const text = this.#texts.get(address)
    if (text !== undefined)
      return isCharacter(typeAt(this.#plan, pointee)) ? cString(text.ranges[0]?.after ?? []) : 'static'
    return this.#freed.some((gone) => address >= gone.address && address < gone.address + BigInt(gone.size))
      ? 'dangling'
      : 'other'
  }

  #meet(object: MemoryObject, pointee: number): { name: string; type: number } {
    const known = this.#met.get(object)
    // Met first as `void *`, then by a pointer that knows better.
    if (known !== undefined && typeAt(this.#plan, known.type).kind !== 'opaque') return known
    const met = { name: known?.name ?? `new${this.#met.size}`, type: pointee }
    this.#met.set(object, met)
    return met
  }

  /** The object that an address lies in, or at whose end it lies when it lies in none. */
  #objectAt(address: bigint): MemoryObject | undefined {
    let low = 0
    let high = this.#located.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#located[middle]!.address <= address) low = middle + 1
      else high = middle
    }
    const object = this.#located[low - 1]
    return object !== undefined && address <= object.address + BigInt(object.size) ? object : undefined
  }

  #addressInElements(key: number, count: number, offset: number, pointer: string, pointee: number): string {
    const { size } = typeAt(this.#plan, key)
    if (size === 0) return `(char *)${pointer} + ${offset}`
    const index = Math.floor(offset / size)
    const place = count === 1 && index === 0 ? dereferenced(pointer) : elementOf(pointer, index)
    return this.#address(key, offset % size, place, pointee)
  }

  #addressInGlobal(index: number, offset: number, pointee: number): string {
    const { name, type: key } = this.#plan.globals[index]!
    const type = typeAt(this.#plan, key)
    const place = named(globalName(this.#plan, name))
    if (offset === 0) return type.kind === 'array' ? place.text : `&${place.text}`
    if (offset < type.size) return this.#address(key, offset, place, pointee)
    return type.kind === 'array' ? `&${indexOf(place, type.count).text}` : `&${place.text} + 1`
  }

  /** The address of the outermost part at an offset that has the type pointed to, or of the innermost one. */
  #address(key: number, offset: number, place: LValue, pointee: number): string {
    const type = typeAt(this.#plan, key)
    if (offset === 0 && (key === pointee || isScalar(type))) return addressOf(place)
    if (type.kind === 'array' && type.size > 0) {
      const { size } = typeAt(this.#plan, type.element)
      return this.#address(type.element, offset % size, indexOf(place, Math.floor(offset / size)), pointee)
    }
    if (type.kind === 'struct') {
      const part = this.#endOfArray(type.members, offset, pointee) ?? this.#memberAround(type.members, offset)
      if (part !== undefined) {
        const { member, inside } = part
        const target = memberOf(place, member.name)
        const inner = typeAt(this.#plan, member.type)
        if (inner.kind === 'array' && inside === inner.size) return `&${indexOf(target, inner.count).text}`
        return this.#address(member.type, inside, target, pointee)
      }
    }
    return offset === 0 ? addressOf(place) : `(char *)${addressOf(place)} + ${offset}`
  }

  #memberAround(members: readonly Member[], offset: number): { member: Member; inside: number } | undefined {
    const member = members.find(({ bits, bitOffset, type }) => {
      const inside = offset - bitOffset / 8
      return bits === null && inside >= 0 && inside < typeAt(this.#plan, type).size
    })
    return member && { member, inside: offset - member.bitOffset / 8 }
  }

  /** What looks like the address of the next member is the end of an array when the pointer is one to its elements. */
  #endOfArray(
    members: readonly Member[],
    offset: number,
    pointee: number,
  ): { member: Member; inside: number } | undefined {
    const around = this.#memberAround(members, offset)?.member.type
    const member = members.find(({ bitOffset, type: key }) => {
      const type = typeAt(this.#plan, key)
      return (
        type.kind === 'array' &&
        type.element === pointee &&
        offset === bitOffset / 8 + type.size &&
        around !== pointee
      )
    })
    return member && { member, inside: offset - member.bitOffset / 8 }
  }
}

function viewOf(range: MemoryRange, pattern: number | null): View {
  return {
    at: range.offset,
    bytes: range.after,
    before: range.before,
    uninitialized: range.uninitialized,
    pattern,
  }
}

function padded(view: View, size: number, pattern: number): View {
  if (view.bytes.length >= size) return view
  const bytes = new Uint8Array(size).fill(pattern)
  bytes.set(view.bytes)
  return { ...view, bytes }
}

const isInside = (view: View, offset: number, size: number): boolean =>
  offset >= view.at && offset + size <= view.at + view.bytes.length

/** All bytes still hold what allocated memory is filled with. */
function isUntouched(view: View, offset: number, size: number): boolean {
  if (view.pattern === null) return false
  for (let at = offset - view.at; at < offset - view.at + size; at++)
    if (view.bytes[at] !== view.pattern) return false
  return true
}

/** Each byte is zero or untouched: callers cannot rely on there being anything. */
function isBlank(view: View, offset: number, size: number): boolean {
  for (let at = offset - view.at; at < offset - view.at + size; at++) {
    if (view.bytes[at] !== 0 && view.bytes[at] !== view.pattern) return false
  }
  return true
}

function checkInitialized(view: View, offset: number, size: number, place: LValue): void {
  if (view.uninitialized === null) return
  for (let at = offset - view.at; at < offset - view.at + size; at++) {
    if (view.uninitialized[at] === 1) throw new Uninitialized(place.text)
  }
}

function bitField(type: PlanType, member: Member, offset: number) {
  const bit = offset * 8 + member.bitOffset
  const width = member.bits!
  const firstByte = Math.floor(bit / 8)
  const signed = (type.kind === 'integer' || type.kind === 'enum') && type.signed
  return { bit, width, firstByte, bytes: Math.floor((bit + width - 1) / 8) - firstByte + 1, signed }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
