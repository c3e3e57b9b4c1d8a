/**
 * A value replaced by the nearest other one of its type: in arithmetic, comparisons, stores, selections, and arguments
 * of functions that are not LLVM's own.
 *
 * Left out: pointers (IR-PTR, IR-GEP), the copy of a parameter to the stack, and what an instruction already has as
 * another operand (`x - x` and the like fold).
 */
import { editText, withoutProvenFlags } from '../edit-text.ts'
import { isExitStatus, isIntrinsicCall, isParameterCopy } from '../instruction-kinds.ts'
import type { IrOperator } from '../ir-operator.ts'
import { BINARY_OPCODES } from '../read-instruction.ts'

const OPCODES: ReadonlySet<string> = new Set([
  ...BINARY_OPCODES,
  ...['icmp', 'fcmp', 'store', 'select', 'call'],
])

export const replaceOperand: IrOperator = {
  name: 'IR-VAL',
  *mutate(instruction, context) {
    const { opcode, operands } = instruction
    if (!OPCODES.has(opcode) || isIntrinsicCall(instruction)) return
    if (isParameterCopy(instruction, context) || isExitStatus(instruction, context)) return
    const taken = new Set(operands.map((operand) => operand.text))
    for (const operand of operands) {
      if (!operand.text.startsWith('%') || operand.type === 'ptr') continue
      for (const value of context.valuesBefore(instruction, operand.type)) {
        if (taken.has(value)) continue
        yield { replacement: editText(instruction, [operand, value], ...withoutProvenFlags(instruction)) }
        break
      }
    }
  },
}
