/** An entry of a phi said to come from a block that does not lead there: the nearest in the text. */
import { editText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

export const wrongPredecessor: IrOperator = {
  name: 'MF-PHI',
  *mutate(instruction, { function: { blocks }, blockOf }) {
    if (instruction.opcode !== 'phi') return
    const own = blocks.indexOf(blockOf(instruction))
    const incoming = new Set(instruction.labels.map((label) => label.text))
    const others = [...blocks.slice(0, own).reverse(), ...blocks.slice(own)].filter(
      (block) => !incoming.has(block.label),
    )
    const other = others[0]
    if (other === undefined) return
    for (const label of instruction.labels) yield { replacement: editText(instruction, [label, other.label]) }
  },
}
