/**
 * The operands of an operation that does not commute exchanged. Of comparisons the predicate is changed instead, which
 * is the same.
 */
import { editText, withoutProvenFlags } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'
import { isPlainForm } from '../is-plain-form.ts'

const OPCODES: ReadonlySet<string> = new Set(
  'sub udiv sdiv urem srem shl lshr ashr fsub fdiv frem'.split(' '),
)

export const swapOperands: IrOperator = {
  name: 'IR-SWAP',
  *mutate(instruction) {
    const { opcode, operands } = instruction
    if (!OPCODES.has(opcode)) return
    const [left, right] = [operands[0]!, operands[1]!]
    const original = { opcode, left: left.text, right: right.text }
    if (left.text === right.text) return
    if (!isPlainForm({ opcode, left: right.text, right: left.text }, original)) return
    yield {
      replacement: editText(
        instruction,
        [left, right.text],
        [right, left.text],
        ...withoutProvenFlags(instruction),
      ),
    }
  },
}
