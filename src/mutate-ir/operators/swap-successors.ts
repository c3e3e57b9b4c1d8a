/** The two ways on from a condition exchanged: the same as the condition negated. */
import { exchangeText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

export const swapSuccessors: IrOperator = {
  name: 'IR-BR',
  *mutate(instruction) {
    const [first, second] = instruction.labels
    if (instruction.opcode !== 'br' || first === undefined || second === undefined) return
    if (first.text !== second.text) yield { replacement: exchangeText(instruction, first, second) }
  },
}
