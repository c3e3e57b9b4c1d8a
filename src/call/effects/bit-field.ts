/** A bit-field of a structure in, where its bits lie in the object out. */
import { readBits } from '../bits.ts'
import type { Member, PlanType } from '../call-plan.ts'
import type { View } from './view.ts'

export interface BitField {
  /** From the start of the object, as the other positions here. */
  readonly bit: number
  readonly width: number
  readonly firstByte: number
  /** Bytes that hold a part of it. */
  readonly bytes: number
  readonly signed: boolean
}

/**
 * @param type of the member
 * @param offset of the structure in the object
 */
export function bitFieldAt(type: PlanType, member: Member, offset: number): BitField {
  const bit = offset * 8 + member.bitOffset
  const width = member.bits!
  const firstByte = Math.floor(bit / 8)
  const signed = (type.kind === 'integer' || type.kind === 'enum') && type.signed
  return { bit, width, firstByte, bytes: Math.floor((bit + width - 1) / 8) - firstByte + 1, signed }
}

/** @param bytes those of the view, or what they were before the call */
export const readBitField = (bytes: Uint8Array, { at }: View, { bit, width, signed }: BitField): bigint =>
  readBits(bytes, bit - at * 8, width, signed)
