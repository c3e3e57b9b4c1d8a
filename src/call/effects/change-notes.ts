/** Memory before and after a call in, its changes out: by C expression what each changed part has become. */
import { FLOAT_BYTES } from '../bits.ts'
import { cString } from '../c-string.ts'
import { type CallPlan, isCharacter, isScalar, type Member, type PlanType, typeAt } from '../call-plan.ts'
import { indexOf, type LValue, memberOf } from '../lvalue.ts'
import { bitFieldAt, readBitField } from './bit-field.ts'
import { changedFloatText } from './float-text.ts'
import type { ValueReader } from './value-reader.ts'
import { checkInitialized, isChanged, isInside, type View } from './view.ts'

/** The expression for an element, or for neighbours by the text `2..4`. */
export type PlaceOfElement = (index: number | string) => LValue

/** Both methods throw `Uninitialized`. */
export class ChangeNotes {
  /** The notes, by the expression of what changed. */
  readonly memory: Record<string, string> = {}
  readonly #plan: CallPlan
  readonly #values: ValueReader

  constructor(plan: CallPlan, values: ValueReader) {
    this.#plan = plan
    this.#values = values
  }

  /** Notes every scalar of an object that changed and lies in the view. */
  note(key: number, offset: number, view: View, place: LValue): void {
    const type = typeAt(this.#plan, key)
    if (isScalar(type)) {
      if (isInside(view, offset, type.size) && isScalarChanged(type, offset, view))
        this.#noteScalar(key, offset, view, place)
      return
    }
    switch (type.kind) {
      case 'array':
        this.noteElements(type.element, type.count, offset, view, (index) => indexOf(place, index))
        return
      case 'struct':
        for (const member of type.members) this.#noteMember(member, offset, view, place)
        return
      case 'union':
        if (!type.pointers) this.#noteBytes(type.size, offset, view, place)
        return
      default:
        return
    }
  }

  /** Neighbouring elements that changed are one entry: `a[2..4]`. Floats stay apart, each with what it was. */
  noteElements(key: number, count: number, offset: number, view: View, placeOf: PlaceOfElement): void {
    const type = typeAt(this.#plan, key)
    if (type.size === 0) return
    const first = Math.max(0, Math.floor((view.at - offset) / type.size))
    const end = Math.min(count, Math.ceil((view.at + view.bytes.length - offset) / type.size))
    if (!isScalar(type) || type.kind === 'float') {
      for (let index = first; index < end; index++)
        this.note(key, offset + index * type.size, view, placeOf(index))
      return
    }
    const isChangedAt = (index: number) =>
      isInside(view, offset + index * type.size, type.size) &&
      isScalarChanged(type, offset + index * type.size, view)
    for (let start = first; start < end; start++) {
      if (!isChangedAt(start)) continue
      let last = start
      while (last + 1 < end && isChangedAt(last + 1)) last++
      if (last === start) this.#noteScalar(key, offset + start * type.size, view, placeOf(start))
      else this.#noteRun(key, offset, start, last, view, placeOf)
      start = last
    }
  }

  #noteMember(member: Member, offset: number, view: View, place: LValue): void {
    const target = memberOf(place, member.name)
    if (member.bits === null) {
      this.note(member.type, offset + member.bitOffset / 8, view, target)
      return
    }
    const field = bitFieldAt(typeAt(this.#plan, member.type), member, offset)
    if (!isInside(view, field.firstByte, field.bytes)) return
    const now = readBitField(view.bytes, view, field)
    if (readBitField(view.before!, view, field) !== now) this.memory[target.text] = String(now)
  }

  #noteRun(
    key: number,
    offset: number,
    first: number,
    last: number,
    view: View,
    placeOf: PlaceOfElement,
  ): void {
    const type = typeAt(this.#plan, key)
    const indexes = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    const path = placeOf(`${first}..${last}`).text
    if (isCharacter(type)) {
      this.memory[path] = cString(
        indexes.map((index) => {
          checkInitialized(view, offset + index, 1, placeOf(index))
          return view.bytes[offset + index - view.at]!
        }),
      )
      return
    }
    const texts = indexes.map((index) =>
      this.#values.scalar(key, offset + index * type.size, view, placeOf(index)),
    )
    this.memory[path] = `{${texts.join(', ')}}`
  }

  #noteBytes(size: number, offset: number, view: View, place: LValue): void {
    const start = Math.max(offset, view.at)
    const end = Math.min(offset + size, view.at + view.bytes.length)
    for (let at = start; at < end; at++) {
      const byte = view.bytes[at - view.at]!
      if (byte === view.before![at - view.at]) continue
      checkInitialized(view, at, 1, place)
      this.memory[`${place.text}@${at - offset}`] = byte.toString(16).padStart(2, '0')
    }
  }

  #noteScalar(key: number, offset: number, view: View, place: LValue): void {
    const now = this.#values.scalar(key, offset, view, place)
    if (typeAt(this.#plan, key).kind !== 'float') {
      this.memory[place.text] = now
      return
    }
    const past = { ...view, bytes: view.before!, uninitialized: null }
    const before = this.#values.scalar(key, offset, past, place)
    if (before !== now) this.memory[place.text] = changedFloatText(now, before)
  }
}

/** A long double's padding has no part in it. */
const isScalarChanged = (type: PlanType, offset: number, view: View): boolean =>
  isChanged(view, offset, type.kind === 'float' ? FLOAT_BYTES[type.format] : type.size)
