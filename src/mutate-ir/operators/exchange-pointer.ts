/**
 * A load or store goes to another place of the same type: one that the function also loads from, stores to or
 * allocates as that type. The two nearest ones.
 *
 * Left out: volatile accesses, and the copy of a parameter to the stack.
 */
import { editText } from '../edit-text.ts'
import type { FunctionContext } from '../function-context.ts'
import { isExitStatus, isParameterCopy } from '../instruction-kinds.ts'
import type { IrInstruction } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'

const PLACES = 2

export const exchangePointer: IrOperator = {
  name: 'IR-PTR',
  *mutate(instruction, context) {
    const { words, operands } = instruction
    const access = accessOf(instruction)
    if (access === undefined || words.length > 0) return
    if (isParameterCopy(instruction, context) || isExitStatus(instruction, context)) return
    const others = nearestPlaces(instruction, access, context)
    for (const place of others.take(PLACES))
      yield { replacement: editText(instruction, [operands.at(-1)!, place]) }
  },
}

interface Access {
  readonly type: string
  readonly pointer: string
}

function accessOf({ opcode, operands, typeArgument }: IrInstruction): Access | undefined {
  if (opcode === 'load') return { type: typeArgument!, pointer: operands[0]!.text }
  return opcode === 'store' ? { type: operands[0]!.type, pointer: operands[1]!.text } : undefined
}

function* nearestPlaces(
  instruction: IrInstruction,
  { type, pointer }: Access,
  { instructions, isDefinedBefore }: FunctionContext,
): Generator<string> {
  const used = new Set([pointer])
  const own = instructions.indexOf(instruction)
  for (let distance = 1; distance < instructions.length; distance++) {
    for (const other of [instructions[own - distance], instructions[own + distance]]) {
      const place = other && placeOf(other)
      if (place === undefined || place.type !== type || used.has(place.pointer)) continue
      used.add(place.pointer)
      if (isDefinedBefore(place.pointer, instruction)) yield place.pointer
    }
  }
}

const placeOf = (instruction: IrInstruction): Access | undefined =>
  instruction.opcode === 'alloca'
    ? { type: instruction.typeArgument!, pointer: instruction.result! }
    : accessOf(instruction)
