/**
 * Another value of the same type returned: the nearest one, and zero.
 *
 * Left out: `main`, whose exit status says nothing about the program, and null, which is mostly a crash.
 */
import { editText } from '../edit-text.ts'
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
      if (other === value.text) continue
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
