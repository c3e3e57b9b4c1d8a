/**
 * Another value of the same type returned: the nearest one, and zero.
 *
 * Left out: `main`, whose exit status says nothing about the program; null, which is mostly a crash; a place on the
 * stack, which is gone when it is looked at; and a place that pointers are kept in, whose bytes are addresses: read as
 * text they say where things lie in memory, not what the function does.
 */
import { editText } from '../edit-text.ts'
import type { FunctionContext } from '../function-context.ts'
import { isExitStatus } from '../instruction-kinds.ts'
import { integerWidth, isFloatType } from '../ir-constant.ts'
import type { IrOperator } from '../ir-operator.ts'

export const replaceReturn: IrOperator = {
  name: 'IR-RET',
  *mutate(instruction, context) {
    const [value] = instruction.operands
    if (instruction.opcode !== 'ret' || value === undefined || isExitStatus(instruction, context)) return
    const others: string[] = []
    for (const other of context.valuesBefore(instruction, value.type)) {
      if (other === value.text || (value.type === 'ptr' && saysWhereThingsLie(other, context))) continue
      others.push(other)
      break
    }
    const width = integerWidth(value.type)
    if (width !== undefined) others.push(width === 1 ? 'false' : '0')
    if (isFloatType(value.type)) others.push('0.000000e+00')
    for (const other of others)
      if (other !== value.text) yield { replacement: editText(instruction, [value, other]) }
  },
}

const saysWhereThingsLie = (pointer: string, { definitionOf, usersOf }: FunctionContext): boolean =>
  definitionOf(pointer)?.opcode === 'alloca' ||
  usersOf(pointer).some(
    ({ opcode, operands, typeArgument }) =>
      (opcode === 'load' && typeArgument === 'ptr') ||
      (opcode === 'store' && operands[0]?.type === 'ptr' && operands[1]?.text === pointer) ||
      (opcode === 'getelementptr' && typeArgument !== undefined && /^ptr$|x ptr\]/.test(typeArgument)),
  )
