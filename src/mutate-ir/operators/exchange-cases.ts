/**
 * The targets of two neighbouring cases of a switch exchanged, the default's included. An exchange, since a target has
 * as many entries in its phis as edges lead to it.
 */
import { exchangeText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

export const exchangeCases: IrOperator = {
  name: 'IR-CASE',
  *mutate(instruction) {
    if (instruction.opcode !== 'switch') return
    const { labels } = instruction
    for (const [index, label] of labels.slice(1).entries()) {
      const before = labels[index]!
      if (before.text !== label.text) yield { replacement: exchangeText(instruction, before, label) }
    }
  },
}
