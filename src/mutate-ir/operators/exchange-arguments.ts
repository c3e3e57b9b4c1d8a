/**
 * Two neighbouring arguments of the same type exchanged.
 *
 * Left out: LLVM's own functions, and among the arguments before an ellipsis all (a format is not an argument like the
 * others).
 */
import { exchangeText } from '../edit-text.ts'
import { isIntrinsicCall } from '../instruction-kinds.ts'
import type { IrOperator } from '../ir-operator.ts'

export const exchangeArguments: IrOperator = {
  name: 'IR-ARG',
  *mutate(instruction) {
    if (instruction.opcode !== 'call' || isIntrinsicCall(instruction)) return
    const free = instruction.operands.slice(instruction.fixedArguments ?? 0)
    for (const [index, argument] of free.slice(1).entries()) {
      const before = free[index]!
      if (before.type === argument.type && before.text !== argument.text)
        yield { replacement: exchangeText(instruction, before, argument) }
    }
  },
}
