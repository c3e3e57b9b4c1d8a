/** A call's plan and input in, the image that native/harness/call.c reads out. The format is described there. */
import type { CallInput, Value } from '../records/input.ts'
import { FLOAT_BYTES, writeBits } from './bits.ts'
import { type CallPlan, isCharacter, typeAt } from './call-plan.ts'

interface Relocation {
  readonly where: Place
  readonly index: number
  readonly offset: number
  readonly block: number
  readonly blockOffset: number
}

type Place = 'block' | 'arguments' | 'global'
const PLACES: Readonly<Record<Place, number>> = { block: 0, arguments: 1, global: 2 }

const ARGUMENT_ALIGNMENT = 16

/** Throws when the input was not made for the plan: that is a mix-up of units, never a property of an input. */
export function encodeCall(plan: CallPlan, input: CallInput): Uint8Array {
  const relocations: Relocation[] = []
  const blocks = input.blocks.map((block, index) => {
    const size = typeAt(plan, block.type).size
    const bytes = new Uint8Array(size * block.count)
    const target = { plan, input, bytes, where: 'block', index, relocations } as const
    elementsOf(block.value, isCharacter(typeAt(plan, block.type))).forEach((value, at) => {
      if (at >= block.count) throw new Error(`block ${index} has more elements than its count`)
      writeValue(target, block.type, at * size, value)
    })
    return bytes
  })

  const globals = plan.globals.flatMap(({ name, type }, index) => {
    const value = input.globals[name]
    if (value === undefined) return []
    const bytes = new Uint8Array(typeAt(plan, type).size)
    writeValue({ plan, input, bytes, where: 'global', index, relocations }, type, 0, value)
    return [{ index, bytes: bytes.subarray(0, givenBytes(plan, type, value)) }]
  })

  const offsets: number[] = []
  let argumentBytes = 0
  for (const { type } of plan.parameters) {
    offsets.push(argumentBytes)
    argumentBytes += Math.ceil(typeAt(plan, type).size / ARGUMENT_ALIGNMENT) * ARGUMENT_ALIGNMENT
  }
  const argumentsArea = new Uint8Array(argumentBytes)
  if (input.args.length !== plan.parameters.length)
    throw new Error(`${plan.function} takes ${plan.parameters.length} arguments, not ${input.args.length}`)
  plan.parameters.forEach(({ type }, index) => {
    writeValue(
      { plan, input, bytes: argumentsArea, where: 'arguments', index: 0, relocations },
      type,
      offsets[index]!,
      input.args[index]!,
    )
  })

  return Buffer.concat([
    Buffer.from('GEPOIMG1'),
    u32(blocks.length, globals.length, offsets.length, argumentBytes, relocations.length, 0),
    ...blocks.flatMap((bytes) => {
      const given = withoutTrailingZeros(bytes)
      return [u64(bytes.length, given.length), given]
    }),
    ...globals.flatMap(({ index, bytes }) => [u32(index, bytes.length), bytes]),
    u32(...offsets),
    argumentsArea,
    ...relocations.flatMap(({ where, index, offset, block, blockOffset }) => [
      u32(PLACES[where], index),
      u64(offset),
      u32(block, 0),
      u64(blockOffset),
    ]),
  ])
}

interface Target {
  readonly plan: CallPlan
  readonly input: CallInput
  readonly bytes: Uint8Array
  readonly where: Place
  readonly index: number
  readonly relocations: Relocation[]
}

function writeValue(target: Target, key: number, offset: number, value: Value): void {
  const { plan, bytes } = target
  const type = typeAt(plan, key)
  switch (type.kind) {
    case 'integer':
    case 'enum':
    case 'boolean':
      writeBits(bytes, offset * 8, type.size * 8, BigInt(expect(value, 'i')))
      return
    case 'float':
      writeBits(bytes, offset * 8, FLOAT_BYTES[type.format] * 8, BigInt(`0x${expect(value, 'f')}`))
      return
    case 'pointer': {
      if (!('p' in value)) throw new Error('the input has no pointer where the plan has one')
      if (value.p === null) return
      const { block, offset: blockOffset } = value.p
      if (target.input.blocks[block] === undefined) throw new Error(`the input has no block ${block}`)
      target.relocations.push({ where: target.where, index: target.index, offset, block, blockOffset })
      return
    }
    case 'array': {
      const { size } = typeAt(plan, type.element)
      const elements = elementsOf(value, isCharacter(typeAt(plan, type.element)))
      if (elements.length > type.count) throw new Error('the input has more elements than the array')
      elements.forEach((element, at) => {
        writeValue(target, type.element, offset + at * size, element)
      })
      return
    }
    case 'struct':
      elementsOf(value, false).forEach((element, at) => {
        const member = type.members[at]
        if (member === undefined) throw new Error('the input has more members than the structure')
        if (member.bits === null) writeValue(target, member.type, offset + member.bitOffset / 8, element)
        else writeBits(bytes, offset * 8 + member.bitOffset, member.bits, BigInt(expect(element, 'i')))
      })
      return
    case 'union':
      if (type.first !== null) writeValue(target, type.first, offset, value)
      return
    case 'opaque':
      throw new Error(`no value of ${type.what} can be made`)
  }
}

function expect(value: Value, key: 'i' | 'f'): string {
  const text = (value as Record<string, unknown>)[key]
  if (typeof text !== 'string')
    throw new Error(`the input has ${JSON.stringify(value)} where the plan wants '${key}'`)
  return text
}

/** The parts of an aggregate, with the short form for characters spelled out. */
export function elementsOf(value: Value, characters: boolean): readonly Value[] {
  if ('a' in value) return value.a
  if ('s' in value && characters) return [...value.s].map((char) => ({ i: String(char.charCodeAt(0)) }))
  throw new Error(`the input has ${JSON.stringify(value)} where the plan has an aggregate`)
}

/** How far into a global its value reaches; what lies behind keeps its initialiser. */
function givenBytes(plan: CallPlan, key: number, value: Value): number {
  const type = typeAt(plan, key)
  if (type.kind !== 'array') return type.size
  const { size } = typeAt(plan, type.element)
  // A string brings its terminator.
  if ('s' in value) return Math.min(type.count, value.s.length + 1) * size
  return elementsOf(value, false).length * size
}

function withoutTrailingZeros(bytes: Uint8Array): Uint8Array {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length--
  return bytes.subarray(0, length)
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, index * 4)
  })
  return bytes
}

function u64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  values.forEach((value, index) => {
    bytes.writeBigUInt64LE(BigInt(value), index * 8)
  })
  return bytes
}
