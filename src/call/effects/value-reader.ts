/** Bytes and the type that they have in, the value as people read it out. */
import type { Observed } from '../../records/call-effects.ts'
import { FLOAT_BYTES, readBits } from '../bits.ts'
import { cCharacter, cString } from '../c-string.ts'
import {
  type ArrayType,
  type CallPlan,
  isCharacter,
  type Member,
  type StructType,
  typeAt,
} from '../call-plan.ts'
import { elementOf, indexOf, type LValue, memberOf } from '../lvalue.ts'
import { bitFieldAt, readBitField } from './bit-field.ts'
import { floatText } from './float-text.ts'
import type { PointerNames } from './pointer-names.ts'
import { checkInitialized, isUntouched, type View, viewFrom, writtenElements } from './view.ts'

/** All methods throw `Uninitialized`; `place` is what it then names. */
export class ValueReader {
  readonly #plan: CallPlan
  readonly #pointers: PointerNames

  constructor(plan: CallPlan, pointers: PointerNames) {
    this.#plan = plan
    this.#pointers = pointers
  }

  /** A whole value, with all its parts. */
  value(key: number, offset: number, view: View, place: LValue): Observed {
    const type = typeAt(this.#plan, key)
    switch (type.kind) {
      case 'array':
        return this.#array(type, offset, view, place)
      case 'struct':
        return this.#struct(type, offset, view, place)
      case 'union':
        return type.pointers ? 'not shown' : unionText(offset, type.size, view)
      case 'opaque':
        return 'not shown'
      default:
        return this.scalar(key, offset, view, place)
    }
  }

  scalar(key: number, offset: number, view: View, place: LValue): string {
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
        return this.#pointers.textOf(readBits(view.bytes, bit, size * 8, false), type.to)
      default:
        throw new Error(`${type.kind} is no scalar`)
    }
  }

  /** The first `written` of `count` elements behind a pointer expression. */
  elements(key: number, written: number, count: number, view: View, pointer: string): Observed {
    const type = typeAt(this.#plan, key)
    if (isCharacter(type)) return characterText(view, written, count, pointer)
    return Array.from({ length: written }, (_, index) =>
      this.value(key, index * type.size, view, elementOf(pointer, index)),
    )
  }

  #array(type: ArrayType, offset: number, view: View, place: LValue): Observed {
    const element = typeAt(this.#plan, type.element)
    if (!isCharacter(element)) {
      return Array.from({ length: type.count }, (_, index) =>
        this.value(type.element, offset + index * element.size, view, indexOf(place, index)),
      )
    }
    const inner = viewFrom(view, offset)
    return characterText(inner, writtenElements(inner, type.count, 1), type.count, place.text)
  }

  #struct(type: StructType, offset: number, view: View, place: LValue): Observed {
    const members: Record<string, Observed> = {}
    for (const member of type.members) {
      const target = memberOf(place, member.name)
      const value =
        member.bits === null
          ? this.value(member.type, offset + member.bitOffset / 8, view, target)
          : this.#bitField(member, offset, view, target)
      if (member.name === '' && typeof value === 'object' && !Array.isArray(value))
        Object.assign(members, value)
      else members[member.name || `union@${member.bitOffset / 8}`] = value
    }
    return members
  }

  #bitField(member: Member, offset: number, view: View, place: LValue): string {
    const field = bitFieldAt(typeAt(this.#plan, member.type), member, offset)
    if (isUntouched(view, field.firstByte, field.bytes)) return '?'
    // Bytes that it shares with other fields may well be uninitialised in those.
    const fullFirst = Math.ceil(field.bit / 8)
    const fullBytes = Math.max(0, Math.floor((field.bit + field.width) / 8) - fullFirst)
    checkInitialized(view, fullFirst, fullBytes, place)
    return String(readBitField(view.bytes, view, field))
  }
}

/** One terminator is shown even where more follow: how much was allocated is no difference to a reader. */
function characterText(view: View, written: number, count: number, name: string): string {
  const shown = written < count && view.bytes[written] === 0 ? written + 1 : written
  return cString(
    Array.from({ length: shown }, (_, index) => {
      if (view.bytes[index] === view.pattern) return null
      checkInitialized(view, index, 1, elementOf(name, index))
      return view.bytes[index]!
    }),
  )
}

/** A union's bytes. Only the program knows which of them mean anything, so an uninitialised one is no fault. */
function unionText(offset: number, size: number, view: View): string {
  const start = offset - view.at
  const shown = [...view.bytes.subarray(start, start + size)].map((byte, index) => {
    const unknown = view.uninitialized?.[start + index] === 1 || byte === view.pattern
    return unknown ? '??' : byte.toString(16).padStart(2, '0')
  })
  return shown.join('')
}
