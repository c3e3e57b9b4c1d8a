/**
 * Another element or field addressed: a constant index one further or one back, a field exchanged for a neighbour of
 * its type, a variable index replaced by the nearest other value of its type.
 *
 * Left out: indexes outside an array whose length the type says, and what then addresses nothing else (an index of 0,
 * which LLVM does not print behind a plain type).
 */
import { editText } from '../edit-text.ts'
import type { FunctionContext } from '../function-context.ts'
import { parseIntegerConstant } from '../ir-constant.ts'
import type { IrInstruction } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'

export const changeIndex: IrOperator = {
  name: 'IR-GEP',
  *mutate(instruction, context) {
    const { opcode, operands, typeArgument } = instruction
    if (opcode !== 'getelementptr') return
    let type: string | undefined = typeArgument!
    for (const [position, operand] of operands.slice(1).entries()) {
      const value = parseIntegerConstant(operand.text)
      const others =
        value === undefined
          ? otherIndexes(operand.text, operand.type, instruction, context)
          : position === 0
            ? otherSteps(value, typeArgument!, operands.length)
            : otherMembers(value, type, context)
      for (const other of others) yield { replacement: editText(instruction, [operand, String(other)]) }
      if (position > 0) type = memberType(type, value, context)
    }
  },
}

function* otherIndexes(
  text: string,
  type: string,
  instruction: IrInstruction,
  { valuesBefore }: FunctionContext,
): Generator<string> {
  for (const value of valuesBefore(instruction, type)) {
    if (value === text) continue
    yield value
    return
  }
}

/** Behind the first index the pointer moves by whole objects: of bytes, by as many as its offset is aligned to. */
function otherSteps(value: bigint, type: string, operandCount: number): bigint[] {
  // In front of further indexes a 0 stands for the object itself.
  if (operandCount > 2) return []
  const step = type === 'i8' && value !== 0n ? alignment(value) : 1n
  return [value + step, value - step].filter((other) => other !== 0n)
}

const alignment = (offset: bigint): bigint => [8n, 4n, 2n].find((size) => offset % size === 0n) ?? 1n

function otherMembers(value: bigint, type: string | undefined, { module }: FunctionContext): bigint[] {
  const neighbours = [value + 1n, value - 1n].filter((other) => other >= 0n)
  const length = /^\[(\d+) x /.exec(type ?? '')?.[1]
  if (length !== undefined) return neighbours.filter((other) => other < BigInt(length))
  const fields = module.structs.get(type ?? '')
  return neighbours.filter((other) => fields !== undefined && fields[Number(other)] === fields[Number(value)])
}

function memberType(
  type: string | undefined,
  index: bigint | undefined,
  { module }: FunctionContext,
): string | undefined {
  const element = /^[[<]\d+ x (.*)[\]>]$/.exec(type ?? '')?.[1]
  return element ?? module.structs.get(type ?? '')?.[Number(index)]
}
