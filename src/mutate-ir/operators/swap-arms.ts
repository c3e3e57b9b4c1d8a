/** The two values of a selection exchanged, but not those of `&&` and `||`, which are selections with a constant. */
import { exchangeText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

export const swapArms: IrOperator = {
  name: 'IR-SEL',
  *mutate(instruction) {
    if (instruction.opcode !== 'select') return
    const [whenTrue, whenFalse] = [instruction.operands[1]!, instruction.operands[2]!]
    if (whenTrue.text === whenFalse.text || /^(?:true|false)$/.test(whenTrue.text)) return
    if (/^(?:true|false)$/.test(whenFalse.text)) return
    yield { replacement: exchangeText(instruction, whenTrue, whenFalse) }
  },
}
