/**
 * The values of two neighbouring entries of a phi exchanged; where only one of them exists on the other edge, it comes
 * by both.
 *
 * Left out: poison, which would only reach another edge.
 */
import { editText, exchangeText } from '../edit-text.ts'
import { isPoison } from '../ir-constant.ts'
import type { IrOperator } from '../ir-operator.ts'

export const exchangeIncoming: IrOperator = {
  name: 'IR-PHI',
  *mutate(instruction, { isDefinedAtEnd }) {
    if (instruction.opcode !== 'phi') return
    const { operands, labels } = instruction
    // Several edges from one block must bring the same value.
    if (new Set(labels.map((label) => label.text)).size < labels.length) return
    for (const [index, second] of operands.slice(1).entries()) {
      const first = operands[index]!
      if (first.text === second.text || isPoison(first.text) || isPoison(second.text)) continue
      const isFirstThere = isDefinedAtEnd(first.text, labels[index + 1]!.text)
      const isSecondThere = isDefinedAtEnd(second.text, labels[index]!.text)
      if (isFirstThere && isSecondThere) yield { replacement: exchangeText(instruction, first, second) }
      // With two entries alone nothing would be left to choose from, and LLVM prints no such phi.
      else if (operands.length > 2 && isFirstThere)
        yield { replacement: editText(instruction, [second, first.text]) }
      else if (operands.length > 2 && isSecondThere)
        yield { replacement: editText(instruction, [first, second.text]) }
    }
  },
}
